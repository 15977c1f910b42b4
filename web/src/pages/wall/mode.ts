// What the wall shows on its map: now, with the camera on its round, or a moment of the past. The panels beside the map
// always tell of now.
import type { Frame } from './past';
import type { TourState } from './tour';

export type WallMode =
  | ({ kind: 'now' } & TourState)
  | {
      kind: 'past';
      /** The moment that was asked for. */
      at: Date;
      /** What the map shows; null before the first answer. */
      frame: Frame | null;
      playing: boolean;
      /** Seconds of then in one of now. */
      speed: number;
      waiting: boolean;
      /** Why the last question failed. */
      failure: string;
    };
