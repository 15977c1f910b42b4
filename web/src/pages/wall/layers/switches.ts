// The layer switches: the layers of each, and which were off on this machine the last time.
import type { MapLibreMap } from 'maplibre-gl';
import type { SymbolName } from '@/core/symbols/symbols';
import { GRID_LAYERS } from '@/core/map/layers/grids';
import { COMMUNITY_LAYERS } from './communities';
import { SERVICE_LAYERS } from './services';
import { DRILL_LAYER, WARNING_LAYERS } from '@/core/map/layers/warnings';

export type LayerName = 'grids' | 'warnings' | 'buildings' | 'routes' | 'first_aid' | 'parks' | 'facilities' | 'trails';

export const layers: { name: LayerName; symbol: SymbolName | null; ids: string[] }[] = [
  { name: 'grids', symbol: 'grid', ids: [...GRID_LAYERS, ...COMMUNITY_LAYERS] },
  { name: 'warnings', symbol: null, ids: [...WARNING_LAYERS, DRILL_LAYER] },
  { name: 'buildings', symbol: 'building', ids: ['buildings', 'building-labels'] },
  { name: 'routes', symbol: 'route', ids: ['routes', 'routes-on-foot'] },
  { name: 'first_aid', symbol: 'first_aid', ids: SERVICE_LAYERS.first_aid },
  { name: 'parks', symbol: 'leaf', ids: SERVICE_LAYERS.parks },
  { name: 'facilities', symbol: 'battery_swap', ids: SERVICE_LAYERS.facilities },
  { name: 'trails', symbol: 'walk', ids: SERVICE_LAYERS.trails },
];

const KEY = 'onemap.wall.off';

export function remembered(): LayerName[] {
  try {
    const names = JSON.parse(localStorage.getItem(KEY) ?? '[]') as unknown;
    return Array.isArray(names) ? layers.map((l) => l.name).filter((n) => names.includes(n)) : [];
  } catch {
    return [];
  }
}

export function remember(off: ReadonlySet<LayerName>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...off]));
  } catch {
    // Without storage, the setting is valid until the page is closed.
  }
}

export function applySwitches(map: MapLibreMap, off: ReadonlySet<LayerName>): void {
  for (const layer of layers) {
    for (const id of layer.ids) {
      if (map.getLayer(id)) map.setLayoutProperty(id, 'visibility', off.has(layer.name) ? 'none' : 'visible');
    }
  }
}
