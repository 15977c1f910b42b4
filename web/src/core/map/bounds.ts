// Bounding boxes and other measures of geometries, in degrees of longitude and latitude.
import type { Geometry, MultiPolygon, Polygon, Position } from 'geojson';
import type { Bbox } from '@/core/api/types';

export function eachPosition(geometry: Geometry | null | undefined, visit: (p: Position) => void): void {
  if (!geometry) return;
  if (geometry.type === 'GeometryCollection') {
    for (const part of geometry.geometries) eachPosition(part, visit);
    return;
  }
  const walk = (value: Position | Position[] | Position[][] | Position[][][]): void => {
    if (typeof value[0] === 'number') visit(value as Position);
    else for (const inner of value as Position[][]) walk(inner);
  };
  walk(geometry.coordinates);
}

export function bboxOf(geometries: Iterable<Geometry | null | undefined>): Bbox | null {
  let box: Bbox | null = null;
  for (const geometry of geometries) {
    eachPosition(geometry, ([x = 0, y = 0]) => {
      box = box ? [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)] : [x, y, x, y];
    });
  }
  return box;
}

/** Converts a box from the API; null if it is not valid. */
export function boxOf(numbers: readonly number[] | null | undefined): Bbox | null {
  const [west, south, east, north] = numbers ?? [];
  return west === undefined || south === undefined || east === undefined || north === undefined
    ? null
    : [west, south, east, north];
}

export function union(a: Bbox | null, b: Bbox | null): Bbox | null {
  if (!a || !b) return a ?? b;
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

/** Whether `inner` lies within `outer`. */
export function contains(outer: Bbox, inner: Bbox): boolean {
  return outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];
}

export function intersects(a: Bbox, b: Bbox): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

/**
 * A position for a sign inside a geometry. For a polygon, the middle of its widest horizontal
 * section, preferably at half of its height; for a line, the middle vertex; for a point, the point.
 * Of several polygons, the largest counts; of several lines or points, the first.
 */
export function signPlace(geometry: Geometry | null | undefined): Position | null {
  switch (geometry?.type) {
    case 'Point':
      return geometry.coordinates;
    case 'MultiPoint':
      return geometry.coordinates[0] ?? null;
    case 'LineString':
      return geometry.coordinates[Math.floor(geometry.coordinates.length / 2)] ?? null;
    case 'MultiLineString':
      return signPlace({ type: 'LineString', coordinates: geometry.coordinates[0] ?? [] });
    case 'Polygon':
    case 'MultiPolygon': {
      const largest = largestOf(geometry);
      return largest && insideOf(largest);
    }
    default:
      return null;
  }
}

/** How many positions in each direction are compared by `roomyPlace`. */
const STEPS = 12;
/** A sign is about twice as wide as high, so a distance to the side counts half. */
const SIDEWAYS = 0.5;
/** The border may be closer to a sign than the middle of a symbol, by this factor. */
const BORDER = 1.6;
/** How much room a position in the middle may lack, as a share of the distance to it. */
const MIDDLE = 0.1;

/**
 * A position inside a polygon for a sign that must not cover the positions in `taken`: as far as possible from
 * them and from the border. Other geometries have only one place, see `signPlace`.
 */
export function roomyPlace(geometry: Geometry | null | undefined, taken: readonly Position[]): Position | null {
  const polygon = geometry?.type === 'Polygon' || geometry?.type === 'MultiPolygon' ? largestOf(geometry) : null;
  const box = polygon && bboxOf([polygon]);
  if (!polygon || !box) return signPlace(geometry);
  const wide = SIDEWAYS * Math.cos((((box[1] + box[3]) / 2) * Math.PI) / 180);
  let best: Position | null = null;
  let most = Number.NEGATIVE_INFINITY;
  const [midX, midY] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
  for (let row = 1; row < STEPS; row += 1) {
    const y = box[1] + ((box[3] - box[1]) * row) / STEPS;
    const xs = crossings(polygon, y);
    for (let column = 1; column < STEPS; column += 1) {
      const x = box[0] + ((box[2] - box[0]) * column) / STEPS;
      if (xs.filter((at) => at < x).length % 2 === 0) continue;
      // The border may be closer than what is taken, because a symbol needs space too.
      let room = BORDER * distanceToRings(polygon, [x, y], wide);
      for (const [tx = 0, ty = 0] of taken) room = Math.min(room, Math.hypot((tx - x) * wide, ty - y));
      // Of positions with about the same room, the one closest to the middle is used.
      room -= MIDDLE * Math.hypot((x - midX) * wide, y - midY);
      if (room > most) {
        most = room;
        best = [x, y];
      }
    }
  }
  return best ?? insideOf(polygon);
}

/** The distance of a position to the rings of a polygon, in degrees of latitude; `wide` scales those of longitude. */
function distanceToRings(polygon: Polygon, [x = 0, y = 0]: Position, wide: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (const ring of polygon.coordinates) {
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const [ax = 0, ay = 0] = ring[i] ?? [];
      const [bx = 0, by = 0] = ring[i + 1] ?? [];
      const [px, py] = [(x - ax) * wide, y - ay];
      const [dx, dy] = [(bx - ax) * wide, by - ay];
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
      least = Math.min(least, Math.hypot(px - along * dx, py - along * dy));
    }
  }
  return least;
}

/** The polygon itself, or the largest part of a multipolygon. */
function largestOf(geometry: Polygon | MultiPolygon): Polygon | null {
  if (geometry.type === 'Polygon') return geometry;
  let best: Polygon | null = null;
  let most = -1;
  for (const coordinates of geometry.coordinates) {
    const size = Math.abs(ringArea(coordinates[0] ?? []));
    if (size > most) {
      most = size;
      best = { type: 'Polygon', coordinates };
    }
  }
  return best;
}

function ringArea(ring: Position[]): number {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [ax = 0, ay = 0] = ring[i] ?? [];
    const [bx = 0, by = 0] = ring[i + 1] ?? [];
    sum += ax * by - bx * ay;
  }
  return sum / 2;
}

/** The longitudes at which the polygon's rings cross a latitude, sorted. The inside lies between each pair. */
function crossings(polygon: Polygon, latitude: number): number[] {
  const xs: number[] = [];
  for (const ring of polygon.coordinates) {
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const [ax = 0, ay = 0] = ring[i] ?? [];
      const [bx = 0, by = 0] = ring[i + 1] ?? [];
      if (ay > latitude !== by > latitude) xs.push(ax + ((latitude - ay) / (by - ay)) * (bx - ax));
    }
  }
  return xs.toSorted((a, b) => a - b);
}

function insideOf(polygon: Polygon): Position | null {
  const box = bboxOf([polygon]);
  if (!box) return null;
  const middle = (box[0] + box[2]) / 2;
  let best: Position = [middle, (box[1] + box[3]) / 2];
  let widest = -1;
  for (const share of [0.5, 0.4, 0.6, 0.25, 0.75]) {
    const y = box[1] + (box[3] - box[1]) * share;
    const xs = crossings(polygon, y);
    for (let i = 0; i + 1 < xs.length; i += 2) {
      const [from = 0, to = 0] = [xs[i], xs[i + 1]];
      // A section at another height is used only if it is more than 25 % wider than the one at half
      // of the height.
      const width = (to - from) * (share === 0.5 ? 1.25 : 1);
      if (width > widest) {
        widest = width;
        best = [(from + to) / 2, y];
      }
    }
  }
  return best;
}
