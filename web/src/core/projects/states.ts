// The signs of the states of a project. Each has a shape of its own, so that nothing depends on colours: an empty circle,
// a circle that is half full, a disc with a tick, and a diamond with an exclamation mark.
import type { BoardProject, ProjectBoard, ProjectState } from './client';

/** The states in the order in which they are listed. */
export const STATES: readonly ProjectState[] = ['delayed', 'under_way', 'planned', 'done'];

/** The `d` of one path on a grid of 24 px, filled evenodd. */
export const stateShape: Record<ProjectState, string> = {
  planned: 'M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zm0 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14z',
  under_way: 'M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zm0 3v14a7 7 0 0 0 0-14z',
  done: 'M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zM10.4 17.2 18.6 9l-2.1-2.1-6.1 6.1-2.9-2.9-2.1 2.1z',
  delayed: 'M12 .5 23.5 12 12 23.5.5 12zM10.6 6v7.5h2.8V6zm0 9v2.8h2.8V15z',
};

const DISC = 'M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20z';
/** The outer edge of each shape, for its ground on a map. */
export const stateOutline: Record<ProjectState, string> = {
  planned: DISC,
  under_way: DISC,
  done: DISC,
  delayed: 'M12 .5 23.5 12 12 23.5.5 12z',
};

/** Only a delayed project has a loud colour. */
export const stateToken: Record<ProjectState, `--${string}`> = {
  planned: '--text-quiet',
  under_way: '--accent',
  done: '--text',
  delayed: '--level-red-text',
};

/** How many projects are in each state, of all kinds. */
export function byState(kinds: ProjectBoard['kinds']): Record<ProjectState, number> {
  const sum = { planned: 0, under_way: 0, done: 0, delayed: 0 };
  for (const kind of kinds) for (const state of STATES) sum[state] += kind[state];
  return sum;
}

/** The project after another one in a list; the first if the other is not in it. */
export function projectAfter(projects: readonly BoardProject[], id: string): BoardProject | null {
  const at = projects.findIndex((project) => project.id === id);
  return projects[(at + 1) % projects.length] ?? null;
}

/** The page of a list with `size` rows a page that contains the row at `index`. */
export const pageWith = <T>(rows: readonly T[], index: number, size: number): T[] => {
  const from = Math.floor(Math.max(0, index) / size) * size;
  return rows.slice(from, from + size);
};
