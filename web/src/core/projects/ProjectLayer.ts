// The projects on a map: a sign with the shape of the state, and the name where there is room. The selected project has
// a ring, and its name comes first.
import type { GeoJSONSource, MapLibreMap } from 'maplibre-gl';
import { mapColors } from '@/core/map/colors';
import { addLayer } from '@/core/map/zorder';
import type { BoardProject } from './client';
import { STATES } from './states';

const FONT = ['PingFang SC Semibold', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', 'system-ui'];

export interface DrawnProjects {
  projects: readonly BoardProject[];
  /** The id of the selected project; '' for none. */
  selected: string;
}

/** The images `project-*` must have been added before (`addProjectImages`). */
export class ProjectLayer {
  constructor(
    private readonly map: MapLibreMap,
    room: Element,
    { scale = 1, text = 12 }: { scale?: number; text?: number } = {},
  ) {
    const colors = mapColors(room);
    map.addSource('projects', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
    addLayer(map, {
      id: 'project-ring',
      type: 'circle',
      source: 'projects',
      filter: ['get', 'selected'],
      paint: {
        'circle-radius': 15 * scale,
        'circle-color': colors.ground,
        'circle-stroke-color': colors.text,
        'circle-stroke-width': 3 * scale,
      },
    });
    addLayer(map, {
      id: 'project-signs',
      type: 'symbol',
      source: 'projects',
      layout: {
        'icon-image': ['concat', 'project-', ['get', 'state']],
        'icon-allow-overlap': true,
        // Of signs that overlap, the selected one is on top, and then the delayed ones.
        'symbol-sort-key': ['get', 'order'],
      },
    });
    addLayer(map, {
      id: 'project-names',
      type: 'symbol',
      source: 'projects',
      layout: {
        'text-field': ['get', 'name'],
        'text-font': FONT,
        'text-size': text,
        'text-max-width': 11,
        'text-line-height': 1.2,
        'text-variable-anchor': ['top', 'bottom', 'left', 'right'],
        'text-radial-offset': 1.3,
        'text-padding': 3,
        'symbol-sort-key': ['-', 0, ['get', 'order']],
      },
      paint: { 'text-color': colors.text, 'text-halo-color': colors.ground, 'text-halo-width': 1.8 * scale },
    });
  }

  /** Draws projects; null for none. */
  show(drawn: DrawnProjects | null): void {
    const features = (drawn?.projects ?? []).flatMap(({ id, name, state, at }): GeoJSON.Feature[] => {
      if (!at) return [];
      const selected = id === drawn?.selected;
      const order = selected ? STATES.length : STATES.length - 1 - STATES.indexOf(state);
      const geometry = { type: 'Point' as const, coordinates: at };
      return [{ type: 'Feature', properties: { id, name, state, selected, order }, geometry }];
    });
    void this.map.getSource<GeoJSONSource>('projects')?.setData({ type: 'FeatureCollection', features });
  }

  /** The id of the project at a point of the map's canvas, in pixels; '' if there is none. */
  projectAt(x: number, y: number): string {
    const box: [[number, number], [number, number]] = [
      [x - 8, y - 8],
      [x + 8, y + 8],
    ];
    const id: unknown = this.map.queryRenderedFeatures(box, { layers: ['project-signs'] })[0]?.properties['id'];
    return typeof id === 'string' ? id : '';
  }
}
