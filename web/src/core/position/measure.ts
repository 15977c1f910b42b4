// Distances and directions near a place, in metres and degrees of longitude and latitude. Within a few
// kilometres a plane is accurate enough (better than 0.1 %).
import type { Geometry, Position } from 'geojson';
import type { Bilingual } from '@/core/i18n/lang';

/** Metres per degree of longitude and latitude at a latitude (WGS 84, series to the 2nd term). */
function metresPerDegree(latitude: number): { x: number; y: number } {
  const φ = (latitude * Math.PI) / 180;
  return {
    x: 111_412.84 * Math.cos(φ) - 93.5 * Math.cos(3 * φ),
    y: 111_132.92 - 559.82 * Math.cos(2 * φ) + 1.175 * Math.cos(4 * φ),
  };
}

type Plane = (p: Position) => [number, number];

function planeAt([lon = 0, lat = 0]: Position): Plane {
  const { x, y } = metresPerDegree(lat);
  return ([a = 0, b = 0]) => [(a - lon) * x, (b - lat) * y];
}

/** Metres between two positions. */
export function distance_m(from: Position, to: Position): number {
  return Math.hypot(...planeAt(from)(to));
}

/** Metres from a position to the nearest point of a geometry; 0 inside an area, null without a geometry. */
export function distanceTo_m(from: Position, geometry: Geometry | null | undefined): number | null {
  const plane = planeAt(from);
  const line = (points: Position[]): number => {
    let best = Infinity;
    for (const [i, p] of points.entries()) best = Math.min(best, toSegment(plane(p), plane(points[i + 1] ?? p)));
    return best;
  };
  const area = (rings: Position[][]): number => (isInside(from, rings) ? 0 : Math.min(...rings.map(line)));
  switch (geometry?.type) {
    case 'Point':
      return distance_m(from, geometry.coordinates);
    case 'MultiPoint':
      return nearest(geometry.coordinates.map((p) => distance_m(from, p)));
    case 'LineString':
      return nearest([line(geometry.coordinates)]);
    case 'MultiLineString':
      return nearest(geometry.coordinates.map(line));
    case 'Polygon':
      return nearest([area(geometry.coordinates)]);
    case 'MultiPolygon':
      return nearest(geometry.coordinates.map(area));
    case 'GeometryCollection':
      return nearest(geometry.geometries.map((g) => distanceTo_m(from, g)).filter((d) => d !== null));
    default:
      return null;
  }
}

/** The point of a line that is nearest to a position. */
export interface OnLine {
  /** The distance of the point from the beginning of the line, along the line, in metres. */
  along_m: number;
  /** The distance between the point and the position, in metres. */
  off_m: number;
}

/**
 * The point of a line that is nearest to a position. `along_m` is the distance of each vertex from the beginning of the
 * line, in metres; only the part of the line between the distances `low` and `high` is searched.
 */
export function nearestOnLine(
  from: Position,
  line: Position[],
  along_m: number[],
  [low, high]: [number, number] = [-Infinity, Infinity],
): OnLine | null {
  const plane = planeAt(from);
  let best: OnLine | null = null;
  for (const [i, end] of line.entries()) {
    const [begin_m, end_m] = [along_m[i - 1] ?? 0, along_m[i] ?? 0];
    if (end_m < low || begin_m > high) continue;
    const [a, b] = [plane(line[i - 1] ?? end), plane(end)];
    const share = shareOfSegment(a, b);
    const along = Math.min(high, Math.max(low, begin_m + share * (end_m - begin_m)));
    const exact = end_m > begin_m ? (along - begin_m) / (end_m - begin_m) : 0;
    const off_m = Math.hypot(a[0] + exact * (b[0] - a[0]), a[1] + exact * (b[1] - a[1]));
    if (best === null || off_m < best.off_m) best = { along_m: along, off_m };
  }
  return best;
}

/** The smallest of some distances in metres; null for an empty list. */
function nearest(found: number[]): number | null {
  const best = Math.min(Infinity, ...found);
  return Number.isFinite(best) ? best : null;
}

/** The distance from the origin to the segment a–b. */
function toSegment([ax, ay]: [number, number], [bx, by]: [number, number]): number {
  const t = shareOfSegment([ax, ay], [bx, by]);
  return Math.hypot(ax + t * (bx - ax), ay + t * (by - ay));
}

/** How far along the segment a–b the point nearest to the origin is, from 0 to 1. */
function shareOfSegment([ax, ay]: [number, number], [bx, by]: [number, number]): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length2 = dx * dx + dy * dy;
  return length2 === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length2));
}

function isInside([x = 0, y = 0]: Position, rings: Position[][]): boolean {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const [ax = 0, ay = 0] = ring[i] ?? [];
      const [bx = 0, by = 0] = ring[i + 1] ?? [];
      if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
    }
  }
  return inside;
}

/** The direction in degrees clockwise from north, 0 to 360. */
export function bearing(from: Position, to: Position): number {
  const [x, y] = planeAt(from)(to);
  return ((Math.atan2(x, y) * 180) / Math.PI + 360) % 360;
}

const winds: Bilingual[] = [
  { zh: '北', en: 'north' },
  { zh: '东北', en: 'northeast' },
  { zh: '东', en: 'east' },
  { zh: '东南', en: 'southeast' },
  { zh: '南', en: 'south' },
  { zh: '西南', en: 'southwest' },
  { zh: '西', en: 'west' },
  { zh: '西北', en: 'northwest' },
];

/** The nearest of the eight compass directions, in words. */
export function wind(degrees: number): Bilingual {
  return winds[Math.round((((degrees % 360) + 360) % 360) / 45) % 8] ?? { zh: '', en: '' };
}
