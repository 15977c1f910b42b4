// The map layers of the open warnings, as symbols above everything else.
import type { Feature as GeoJsonFeature, Geometry } from 'geojson';
import type { ExpressionSpecification, GeoJSONSource, MapLibreMap } from 'maplibre-gl';
import type { Lang } from '@/core/i18n/lang';
import { drillWord } from '@/core/i18n/words';
import { parseLevel, rank } from '@/core/levels/levels';
import { signPlace } from '@/core/map/bounds';
import { pictured } from '@/core/symbols/categories';
import { mapColors } from '@/core/map/colors';
import { addLayer, type LayerId } from '@/core/map/zorder';

/** The data of a warning that the layers need. */
export interface Warning {
  id: string;
  geometry: Geometry | null;
  properties: { level?: string; category?: string; exercise?: boolean };
}

export const WARNING_LAYERS: LayerId[] = ['warning-pins', 'warning-pins-green'];
/** The label next to the symbol of a drill, so that nobody takes it for a real case. */
export const DRILL_LAYER = 'warning-drills';

/** What the symbols show: the level or the category. The selected category is emphasised. */
export type WarningLook = { by: 'level' } | { by: 'category'; picked: string };

function pin(warning: Warning): GeoJsonFeature | null {
  const place = signPlace(warning.geometry);
  const level = parseLevel(warning.properties.level);
  if (!place || level === 'no_data') return null;
  return {
    type: 'Feature',
    id: warning.id,
    geometry: { type: 'Point', coordinates: place },
    properties: {
      id: warning.id,
      level,
      order: rank[level],
      category: pictured(warning.properties.category),
      is: warning.properties.category ?? '',
      drill: warning.properties.exercise === true,
    },
  };
}

export class WarningLayers {
  private readonly drawn = new Set<string>();

  constructor(
    private readonly map: MapLibreMap,
    element: Element,
    scale: number,
    lang: Lang,
    /**
     * The zoom level from which green warnings are shown. On a wall screen they are only useful from nearby.
     */
    private readonly greenFrom = 16,
    /** Whether a warning belongs on this map. */
    private readonly isWanted: (warning: Warning) => boolean = () => true,
  ) {
    const colors = mapColors(element);
    map.addSource('warnings', { type: 'geojson', data: { type: 'FeatureCollection', features: [] }, promoteId: 'id' });
    const layout = {
      'icon-image': ['concat', 'pin-', ['get', 'level']],
      'icon-allow-overlap': true,
      'icon-padding': 1,
      'symbol-sort-key': ['get', 'order'],
    } as never;
    addLayer(map, {
      id: 'warning-pins-green',
      type: 'symbol',
      source: 'warnings',
      minzoom: greenFrom,
      filter: ['==', ['get', 'level'], 'green'],
      layout,
    });
    addLayer(map, {
      id: 'warning-pins',
      type: 'symbol',
      source: 'warnings',
      filter: ['!=', ['get', 'level'], 'green'],
      layout,
    });
    addLayer(map, {
      id: DRILL_LAYER,
      type: 'symbol',
      source: 'warnings',
      filter: ['get', 'drill'],
      layout: {
        'text-field': drillWord[lang],
        'text-font': ['PingFang SC Semibold', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', 'system-ui'],
        'text-size': 14.3 * scale,
        'text-offset': [0, 1.4],
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': colors.text, 'text-halo-color': colors.ground, 'text-halo-width': 1.6 * scale },
    });
  }

  /** Sets the language of the label for drills. */
  speak(lang: Lang): void {
    this.map.setLayoutProperty(DRILL_LAYER, 'text-field', drillWord[lang]);
  }

  setLook(look: WarningLook): void {
    const image: ExpressionSpecification =
      look.by === 'level'
        ? ['concat', 'pin-', ['get', 'level']]
        : ['concat', 'category-', ['get', 'category'], '-', ['get', 'level']];
    const picked = look.by === 'category' && look.picked !== '' ? look.picked : null;
    const isPicked: ExpressionSpecification = ['==', ['get', 'is'], picked ?? ''];
    for (const layer of WARNING_LAYERS) {
      this.map.setLayoutProperty(layer, 'icon-image', image);
      this.map.setLayoutProperty(layer, 'icon-size', picked ? ['case', isPicked, 1.2, 0.62] : 1);
      this.map.setPaintProperty(layer, 'icon-opacity', picked ? ['case', isPicked, 1, 0.5] : 1);
      this.map.setLayoutProperty(
        layer,
        'symbol-sort-key',
        picked ? ['+', ['get', 'order'], ['case', isPicked, 10, 0]] : ['get', 'order'],
      );
    }
    this.map.setLayerZoomRange('warning-pins-green', look.by === 'category' ? 0 : this.greenFrom, 24);
  }

  setAll(warnings: ReadonlyMap<string, Warning>): void {
    this.drawn.clear();
    const features = [...warnings.values()]
      .filter(this.isWanted)
      .map(pin)
      .filter((f) => f !== null);
    for (const f of features) this.drawn.add(String(f.id));
    void this.source().setData({ type: 'FeatureCollection', features });
  }

  /** Redraws only the warnings that changed. */
  update(warnings: ReadonlyMap<string, Warning>, ids: string[]): void {
    const add: GeoJsonFeature[] = [];
    const remove: string[] = [];
    for (const id of new Set(ids)) {
      if (this.drawn.delete(id)) remove.push(id);
      const warning = warnings.get(id);
      const feature = warning && this.isWanted(warning) ? pin(warning) : null;
      if (feature) {
        add.push(feature);
        this.drawn.add(id);
      }
    }
    void this.source().updateData({ remove, add });
  }

  private source(): GeoJSONSource {
    const source = this.map.getSource<GeoJSONSource>('warnings');
    if (!source) throw new Error('The map has no source warnings');
    return source;
  }
}
