// What the map of the wall screen shows: the present, with the tour, or a past moment. The panels always show the
// present.
import type { Frame } from './past';
import type { TourState } from './tour';

export type WallMode =
  | ({ kind: 'now' } & TourState)
  | {
      kind: 'past';
      /** The requested moment. */
      at: Date;
      /** What the map shows; null before the first answer. */
      frame: Frame | null;
      playing: boolean;
      /** How many seconds of the past are played per second. */
      speed: number;
      waiting: boolean;
      /** The error of the last request. */
      failure: string;
    };
