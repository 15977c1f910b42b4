// The four classes in which the map shows how far people are beyond the standard.

/**
 * 1: up to 1.5 times the standard; 2: up to 2.5 times; 3: farther; 4: no facility can be reached.
 */
export type FarClass = 1 | 2 | 3 | 4;
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
