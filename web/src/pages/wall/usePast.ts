// The past: shown on the map alone; what the panels say goes on being true now.
import { computed, onScopeDispose, shallowRef } from 'vue';
import { gridStatuses, openWarnings } from '@/core/api/client';
import { Past, type Frame } from './past';
import type { Scene, WallMap } from './useWallMap';
import type { Grid, WallState } from './wallState';

export interface PastOptions {
  state: WallState;
  map: () => WallMap;
  now: () => number;
  /** The map begins to show the past. */
  entered: () => void;
  /** The map shows now again. */
  left: () => void;
}

/** What is asked for; `at` is null for now. */
export interface Moment {
  at: Date | null;
  playing: boolean;
  speed: number;
  waiting: boolean;
  failure: string;
}

export function usePast({ state, map, now, entered, left }: PastOptions) {
  const frame = shallowRef<Frame | null>(null);
  const moment = shallowRef<Moment>({ at: null, playing: false, speed: 0, waiting: false, failure: '' });
  const past = new Past({
    askGrids: async (at, signal) => (await gridStatuses(signal, at)).grids,
    askWarnings: (at, signal) => openWarnings(signal, at),
    show(shown) {
      frame.value = shown;
      map().show(scene.value);
    },
    live() {
      frame.value = null;
      map().show(null);
      left();
    },
    changed() {
      const isNew = moment.value.at === null && past.at !== null;
      const { at, playing, speed, waiting, failure } = past;
      moment.value = { at, playing, speed, waiting, failure };
      if (isNew) entered();
    },
    now,
  });
  /** The grids as they are drawn now and stood then; what nobody knew then is no data. */
  const scene = computed<Scene | null>(() => {
    if (!frame.value) return null;
    const levels = new Map(frame.value.grids.map((g) => [g.id, g]));
    const stood = new Map<string, Grid>();
    for (const [id, grid] of state.grids.value) stood.set(id, { ...grid, status: levels.get(id) ?? null });
    return { grids: stood, warnings: new Map(frame.value.warnings.map((x) => [x.id, x])) };
  });
  onScopeDispose(() => past.stop());
  return { past, frame, moment, scene };
}
