// The area of the map at a position.
import type { Position } from 'geojson';
import { distanceTo_m } from '@/core/position/measure';
import type { Grid } from './wallState';

const KINDS = ['grid', 'community', 'street'];

/** The id of the smallest area at a position: a grid, else a community, else the street; '' outside of all. */
export function areaAt(grids: Iterable<Grid>, position: Position): string {
  let found: Grid | null = null;
  for (const grid of grids) {
    const isSmaller = found === null || KINDS.indexOf(grid.kind) < KINDS.indexOf(found.kind);
    if (isSmaller && distanceTo_m(position, grid.geometry) === 0) found = grid;
  }
  return found?.id ?? '';
}
