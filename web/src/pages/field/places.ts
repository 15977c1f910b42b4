// Where a position lies: in which of the worker's grids, and next to which buildings. Pure functions, so that they work
// without a network.
import type { Geometry, Position } from 'geojson';
import { distanceTo_m } from '@/core/position/measure';
import type { Here } from '@/core/position/usePosition';

/** A grid of the worker. */
export interface OwnGrid {
  id: string;
  name: string;
  community: string;
  geometry: Geometry | null;
}

/** A building, for finding the nearest one. */
export interface House {
  id: string;
  name: string;
  geometry: Geometry | null;
}

/** A building within this distance of the position is proposed as the place of a report, in metres. */
export const AT_HOUSE_M = 30;
/** Buildings that are farther than this are not offered, in metres. */
const NEAR_M = 120;
/** How many buildings are offered. */
const MOST = 3;
/** A position that is less accurate than this does not show in which grid it lies, in metres. */
export const ACCURATE_M = 50;
/** How far inside a grid a position must lie, at least, to count as a walk through it, in metres. */
const INSIDE_M = 15;

/** The grid that contains a position. */
export const gridAt = (at: Position, grids: readonly OwnGrid[]): OwnGrid | null =>
  grids.find((grid) => distanceTo_m(at, grid.geometry) === 0) ?? null;

/**
 * The grid in which the worker certainly is: the position is accurate enough, and farther from the border than its
 * inaccuracy (at most 15 m). Otherwise a worker who walks along the border would count for both sides.
 */
export function walkedGrid({ lon, lat, accuracy_m }: Here, grids: readonly OwnGrid[]): OwnGrid | null {
  if (accuracy_m > ACCURATE_M) return null;
  const at = [lon, lat];
  const grid = gridAt(at, grids);
  const border = grid && distanceTo_m(at, borderOf(grid.geometry));
  return border !== null && border >= Math.min(accuracy_m, INSIDE_M) ? grid : null;
}

function borderOf(geometry: Geometry | null): Geometry | null {
  if (geometry?.type === 'Polygon') return { type: 'MultiLineString', coordinates: geometry.coordinates };
  if (geometry?.type === 'MultiPolygon') return { type: 'MultiLineString', coordinates: geometry.coordinates.flat() };
  return null;
}

export type NearHouse = House & { distance_m: number };

/** The nearest buildings, the nearest first. */
export const nearHouses = (at: Position, houses: readonly House[]): NearHouse[] =>
  houses
    .map((house) => ({ ...house, distance_m: distanceTo_m(at, house.geometry) ?? Number.POSITIVE_INFINITY }))
    .filter((house) => house.distance_m <= NEAR_M)
    .toSorted((a, b) => a.distance_m - b.distance_m)
    .slice(0, MOST);

/** What a case says about its place beside the text: the building, the unit, the room and the grid. */
export interface SpotOf {
  place?: string | undefined;
  building_unit?: string | undefined;
  room?: string | undefined;
  grid?: string | undefined;
}

/**
 * The building, unit, room and grid of a case in words, without what the text of the place says already.
 *
 * @param house the name of the building; empty if it is not known
 */
export function detailsOf(
  { place = '', building_unit: unit, room, grid }: SpotOf,
  house: string,
  grids: readonly OwnGrid[],
  w: { unitOf: (unit: string) => string; roomOf: (room: string) => string },
): string[] {
  // The text of a place is Chinese in both languages.
  const saysUnit = unit !== undefined && place.includes(`${unit}单元`);
  return [
    house !== '' && !place.includes(house) ? house : '',
    unit && !saysUnit ? w.unitOf(unit) : '',
    room ? w.roomOf(room) : '',
    grids.find((g) => g.id === grid)?.name ?? '',
  ].filter(Boolean);
}

/** The place of a patrol report. */
export interface PatrolPlace {
  at: [lon: number, lat: number];
  /** The building, if the report is about one. */
  house: { id: string; name: string } | null;
  /** The name of the nearest building, if the report is not about it; empty if there is none. */
  near: string;
  /** The name of the grid; empty outside of the worker's grids. */
  grid: string;
  /** The accuracy of the position in metres; absent if the place was chosen on the map. */
  accuracy_m?: number;
  /** Whether the worker chose it. Otherwise it follows the position. */
  isChosen: boolean;
}

/** The place at a position: the nearest building if it is close, otherwise the point. */
export function placeAt(
  at: Position,
  { grids, houses }: { grids: readonly OwnGrid[]; houses: readonly House[] },
  over: Pick<PatrolPlace, 'isChosen'> & Partial<Pick<PatrolPlace, 'accuracy_m'>>,
): PatrolPlace {
  const [nearest] = nearHouses(at, houses);
  const house = nearest && nearest.distance_m <= AT_HOUSE_M ? { id: nearest.id, name: nearest.name } : null;
  // 7 digits are about a centimetre; the position is not more precise.
  const [lon = 0, lat = 0] = at.map((degrees) => Number(degrees.toFixed(7)));
  return { at: [lon, lat], house, near: nearest?.name ?? '', grid: gridAt(at, grids)?.name ?? '', ...over };
}

/** The place in the body of a report. */
export const placeBody = ({ at, house }: PatrolPlace) =>
  house ? { building: house.id } : { geometry: { type: 'Point' as const, coordinates: at } };
