// The four classes in which the map shows how far people are beyond the standard, and the places in these classes.
import * as figures from './figures';
import type { Coverage, FarClass, FarPlace, Standard } from './types';

export const FAR_CLASSES: readonly FarClass[] = [1, 2, 3, 4];

/**
 * The walking speed in metres a minute that turns the minutes of a standard into metres, for these
 * classes only.
 */
const WALKING = 80;

export interface Reach {
  metres: number | null;
  minutes: number | null;
  isReturn: boolean;
}

const nice = (m: number): number => Math.round(m / 10) * 10;

/** The upper ends of the first two classes, in metres. */
export function farBounds({ metres, minutes, isReturn }: Reach): [number, number] {
  const reach = metres ?? ((minutes ?? 5) * WALKING) / (isReturn ? 2 : 1);
  return [nice(reach * 1.5), nice(reach * 2.5)];
}

/** The class of a walk in metres; null means that no facility can be reached. */
export function farClass(distance: number | null | undefined, [near, far]: [number, number]): FarClass {
  if (distance === null || distance === undefined) return 4;
  return distance <= near ? 1 : distance <= far ? 2 : 3;
}

/** The upper ends of the first two classes of a standard, in metres. */
export const boundsOf = ({ metres, minutes, there_and_back }: Standard): [number, number] =>
  farBounds({ metres: metres ?? null, minutes: minutes ?? null, isReturn: there_and_back });

/** The uncovered places of a coverage, with their classes. */
export function farPlaces(coverage: Coverage): FarPlace[] {
  const bounds = boundsOf(coverage.standard);
  return coverage.uncovered.map(({ id, position, people, distance_m }) => ({
    id,
    position: [position[0] ?? 0, position[1] ?? 0],
    people,
    far: farClass(distance_m, bounds),
    label: typeof distance_m === 'number' ? figures.metres(distance_m) : '',
  }));
}
