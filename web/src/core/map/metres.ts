// Circles whose radius is a length on the ground.
import type { Position } from 'geojson';
import type { ExpressionSpecification } from 'maplibre-gl';

/** The length of a pixel on the equator at zoom level 0, in metres: tiles are 512 pixels wide. */
const EQUATOR_M_PER_PX = 40_075_016.686 / 512;
/** The largest zoom level of a map. */
const MOST_ZOOM = 24;

/** The radius in pixels at zoom level 0 of a circle of `metres` around `at`. */
export const radiusAtZoom0 = (metres: number, [, lat = 0]: Position): number =>
  metres / (EQUATOR_M_PER_PX * Math.cos((lat * Math.PI) / 180));

/** The radius in pixels at the current zoom level. `property` has the radius at zoom level 0. */
export const radiusByZoom = (property: string): ExpressionSpecification => [
  'interpolate',
  ['exponential', 2],
  ['zoom'],
  0,
  ['get', property],
  MOST_ZOOM,
  ['*', ['get', property], 2 ** MOST_ZOOM],
];
