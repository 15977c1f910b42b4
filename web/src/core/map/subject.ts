// The layers of a map of one place: its extent and its position, in the colour of its level.
import type { Geometry } from 'geojson';
import type { MapLibreMap } from 'maplibre-gl';
import type { Level } from '@/core/levels/levels';
import { signPlace } from './bounds';
import { mapColors } from './colors';
import { addLayer } from './zorder';

/** The features of a place. Each has the property `what`, by which the layers choose. */
export function subjectOf(geometry: Geometry | null): GeoJSON.Feature[] {
  const features: GeoJSON.Feature[] = [];
  const place = signPlace(geometry);
  if (geometry) features.push({ type: 'Feature', properties: { what: 'extent' }, geometry });
  if (place)
    features.push({ type: 'Feature', properties: { what: 'place' }, geometry: { type: 'Point', coordinates: place } });
  return features;
}

export const isSubject = (what: string): ['==', ['get', string], string] => ['==', ['get', 'what'], what];

/** Adds the layers of the source `subject`. `element` is in the document, for the colours of the theme. */
export function addSubject(on: MapLibreMap, element: Element, level: Level): void {
  const colors = mapColors(element);
  const colour = colors.level(level);
  addLayer(on, {
    id: 'subject-area',
    type: 'fill',
    source: 'subject',
    filter: ['all', isSubject('extent'), ['==', ['geometry-type'], 'Polygon']],
    paint: { 'fill-color': colour, 'fill-opacity': 0.25 },
  });
  addLayer(on, {
    id: 'subject-edge',
    type: 'line',
    source: 'subject',
    filter: ['all', isSubject('extent'), ['!=', ['geometry-type'], 'Point']],
    paint: { 'line-color': colour, 'line-width': 4 },
  });
  addLayer(on, {
    id: 'subject-place',
    type: 'circle',
    source: 'subject',
    filter: isSubject('place'),
    paint: {
      'circle-radius': 11,
      'circle-color': colour,
      'circle-stroke-color': colors.text,
      'circle-stroke-width': 3,
    },
  });
}
