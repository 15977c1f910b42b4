// Open warnings as level symbols at their places, above everything else.
import type { Feature as GeoJsonFeature, Geometry } from 'geojson';
import type { GeoJSONSource, MapLibreMap } from 'maplibre-gl';
import { parseLevel, rank } from '@/core/levels/levels';
import { signPlace } from '@/core/map/bounds';

/** What the layers must know of a warning. */
export interface Warning {
  id: string;
  geometry: Geometry | null;
  properties: { level?: string };
}

export const WARNING_LAYERS = ['warning-pins', 'warning-pins-green'];

function pin(warning: Warning): GeoJsonFeature | null {
  const place = signPlace(warning.geometry);
  const level = parseLevel(warning.properties.level);
  if (!place || level === 'no_data') return null;
  return {
    type: 'Feature',
    id: warning.id,
    geometry: { type: 'Point', coordinates: place },
    properties: { id: warning.id, level, order: rank[level] },
  };
}

export class WarningLayers {
  private readonly drawn = new Set<string>();

  constructor(
    private readonly map: MapLibreMap,
    /** The zoom from which green ones show. On a wall what is normal is only worth a mark from nearby. */
    greenFrom = 16,
  ) {
    map.addSource('warnings', { type: 'geojson', data: { type: 'FeatureCollection', features: [] }, promoteId: 'id' });
    const layout = {
      'icon-image': ['concat', 'pin-', ['get', 'level']],
      'icon-allow-overlap': true,
      'icon-padding': 1,
      'symbol-sort-key': ['get', 'order'],
    } as never;
    map.addLayer({ id: 'warning-pins-green', type: 'symbol', source: 'warnings', minzoom: greenFrom, filter: ['==', ['get', 'level'], 'green'], layout });
    map.addLayer({ id: 'warning-pins', type: 'symbol', source: 'warnings', filter: ['!=', ['get', 'level'], 'green'], layout });
  }

  setAll(warnings: ReadonlyMap<string, Warning>): void {
    this.drawn.clear();
    const features = [...warnings.values()].map(pin).filter((f) => f !== null);
    for (const f of features) this.drawn.add(String(f.id));
    void this.source().setData({ type: 'FeatureCollection', features });
  }

  /** Draws only what changed. */
  update(warnings: ReadonlyMap<string, Warning>, ids: string[]): void {
    const add: GeoJsonFeature[] = [];
    const remove: string[] = [];
    for (const id of new Set(ids)) {
      if (this.drawn.delete(id)) remove.push(id);
      const warning = warnings.get(id);
      const feature = warning ? pin(warning) : null;
      if (feature) {
        add.push(feature);
        this.drawn.add(id);
      }
    }
    void this.source().updateData({ remove, add });
  }

  private source(): GeoJSONSource {
    const source = this.map.getSource<GeoJSONSource>('warnings');
    if (!source) throw new Error('no source warnings');
    return source;
  }
}
