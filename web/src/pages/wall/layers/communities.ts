// The names of the communities, above those of the compounds and below the signs of the grids. Tiles contain the
// outlines of grids only, so the names are drawn from the loaded grids.
import type { Feature as GeoJsonFeature, Geometry } from 'geojson';
import type { GeoJSONSource, MapLibreMap } from 'maplibre-gl';
import { signPlace } from '@/core/map/bounds';
import { mapColors } from '@/core/map/colors';
import { addLayer, type LayerId } from '@/core/map/zorder';

export const COMMUNITY_LAYERS: LayerId[] = ['community-labels'];

/** The text size in pixels before the enlargement for the distance: 24 px on a screen with 1080 lines. */
const SIZE = 17.2;

interface Named {
  id: string;
  kind: string;
  name: string;
  geometry: Geometry | null;
}

export class CommunityNames {
  private readonly drawn = new Map<string, Named>();

  constructor(
    private readonly map: MapLibreMap,
    element: Element,
    scale: number,
    /** Whether a community is not shown on this screen. */
    private readonly isOut: (id: string) => boolean,
  ) {
    const colors = mapColors(element);
    map.addSource('communities', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
    addLayer(map, {
      id: 'community-labels',
      type: 'symbol',
      source: 'communities',
      layout: {
        'text-field': ['get', 'name'],
        'text-font': ['PingFang SC Semibold', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', 'system-ui'],
        'text-size': SIZE * scale,
        'text-max-width': 12,
        'text-padding': 2,
        'text-variable-anchor': ['center', 'top', 'bottom', 'left', 'right'],
        'text-radial-offset': 1.1,
      },
      paint: { 'text-color': colors.text, 'text-halo-color': colors.ground, 'text-halo-width': 1.8 * scale },
    });
  }

  setAll(grids: ReadonlyMap<string, Named>): void {
    const features: GeoJsonFeature[] = [];
    this.drawn.clear();
    for (const grid of grids.values()) {
      const { id, kind, name, geometry } = grid;
      if (kind === 'community') this.drawn.set(id, grid);
      const place = kind === 'community' && !this.isOut(id) ? signPlace(geometry) : null;
      if (place)
        features.push({ type: 'Feature', geometry: { type: 'Point', coordinates: place }, properties: { id, name } });
    }
    void this.map.getSource<GeoJSONSource>('communities')?.setData({ type: 'FeatureCollection', features });
  }

  /** Draws the names again if a community is new, gone, renamed or redrawn; a change of its level is none of these. */
  update(grids: ReadonlyMap<string, Named>, ids: readonly string[]): void {
    const isChanged = (id: string): boolean => {
      const [before, after] = [this.drawn.get(id), grids.get(id)];
      const is = after?.kind === 'community';
      return (
        is !== (before !== undefined) || (is && (before?.name !== after.name || before.geometry !== after.geometry))
      );
    };
    if (ids.some(isChanged)) this.setAll(grids);
  }
}
