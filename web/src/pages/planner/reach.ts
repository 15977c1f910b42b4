// How far people are beyond the standard, in four classes that a map can show.

/** 1: up to one and a half times the standard; 2: up to two and a half times; 3: farther; 4: no way leads there. */
export type FarClass = 1 | 2 | 3 | 4;
export const FAR_CLASSES: readonly FarClass[] = [1, 2, 3, 4];

/** A walking speed in metres a minute, which turns the minutes of a standard into classes of length on the map. */
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

export function farClass(distance: number | null | undefined, [near, far]: [number, number]): FarClass {
  if (distance === null || distance === undefined) return 4;
  return distance <= near ? 1 : distance <= far ? 2 : 3;
}
