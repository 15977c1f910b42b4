// How the base map looks under a theme: its buildings step back, and its facilities and the names of estates and
// communities are hidden, because the colours and values of the areas are the subject.
import type { MapLibreMap } from 'maplibre-gl';

/** The paint properties of the base map under a theme. */
export const BARE: readonly (readonly [layer: string, property: string, value: number])[] = [
  ['buildings', 'fill-extrusion-opacity', 0.16],
  ['facility-symbols', 'icon-opacity', 0],
  ['park-symbols', 'icon-opacity', 0],
  ['first-aid-symbols', 'icon-opacity', 0],
  ['gate-symbols', 'icon-opacity', 0],
  ['pocket-park-labels', 'text-opacity', 0],
  ['compound-labels', 'text-opacity', 0],
  ['community-labels', 'text-opacity', 0],
];

/** Sets them on a map that shows nothing but themes. */
export function bareTheme(map: MapLibreMap): void {
  for (const [layer, property, value] of BARE)
    if (map.getLayer(layer)) map.setPaintProperty(layer, property as never, value as never);
}
