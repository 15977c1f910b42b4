// Plays a past day: asks for the map as it was (`as_of`), a little ahead of when it will be shown, and shows each
// answer when its moment comes. A slow server makes the steps larger and never the questions more: one of each kind
// is under way at a time. Pure: it knows time and two questions.
import type { GridStatus } from '@/core/api/types';
import type { Warning } from './derive';

/** The map as it was at a moment. */
export interface Frame {
  at: Date;
  grids: GridStatus[];
  warnings: Warning[];
}

export interface PastOptions {
  askGrids: (at: Date, signal: AbortSignal) => Promise<GridStatus[]>;
  askWarnings: (at: Date, signal: AbortSignal) => Promise<Warning[]>;
  show: (frame: Frame) => void;
  /** Back in the present, for whichever reason. */
  live: () => void;
  changed: () => void;
  now?: () => number;
}

/** The past is left where nobody has done anything for so long; milliseconds. */
export const IDLE = 180_000;
/** Between two frames at least; milliseconds of ours. */
export const STEP = 500;
/** After a question that failed; milliseconds. */
const AGAIN = 2000;

export class Past {
  /** What is to be shown; null for now. */
  at: Date | null = null;
  playing = false;
  /** Seconds of then in one of now. */
  speed = 60;
  /** An answer is waited for, and what is shown is not what was asked. */
  waiting = false;
  /** In words, while the last question failed. */
  failure = '';

  /** Of playing: the moment of then at a moment of ours. */
  private anchor = { past: 0, ours: 0 };
  /** How long an answer takes; milliseconds, smoothed. */
  private delay = 300;
  private asking: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private idle: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: PastOptions) {}

  get isPast(): boolean {
    return this.at !== null;
  }

  /** Shows a moment; goes on from it where it plays. */
  seek(at: Date): void {
    if (at.getTime() >= this.now()) {
      this.toLive();
      return;
    }
    this.at = at;
    this.anchor = { past: at.getTime(), ours: this.now() };
    this.waiting = true;
    this.touch();
    this.again();
    this.options.changed();
  }

  play(speed: number): void {
    const from = this.at ?? new Date(this.now() - 24 * 3_600_000);
    this.speed = Math.min(600, Math.max(1, speed));
    this.playing = true;
    this.seek(from);
  }

  pause(): void {
    if (!this.isPast) return;
    this.playing = false;
    this.touch();
    this.again();
    this.options.changed();
  }

  /** Somebody is there. */
  touch(): void {
    clearTimeout(this.idle);
    if (this.isPast) this.idle = setTimeout(() => this.toLive(), IDLE);
  }

  toLive(): void {
    this.stop();
    if (!this.isPast) return;
    this.at = null;
    this.playing = false;
    this.waiting = false;
    this.failure = '';
    this.options.live();
    this.options.changed();
  }

  stop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.idle);
    this.asking?.abort();
    this.asking = null;
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }

  /** The moment of then that belongs to a moment of ours. */
  private thenAt(ours: number): number {
    return this.anchor.past + (ours - this.anchor.ours) * this.speed;
  }

  /** What was asked before is of no use any more. */
  private again(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = null;
    if (this.playing || this.waiting) void this.next();
  }

  private async next(): Promise<void> {
    if (!this.at) return;
    const asked = this.now();
    // The first frame is the one that was asked for; the others are of when they will be there.
    const wanted =
      this.waiting || !this.playing ? this.anchor.past : this.thenAt(asked + Math.max(this.delay * 1.25, STEP));
    if (wanted >= asked) {
      // The present is reached when the clock of then has got there.
      this.timer = setTimeout(() => this.toLive(), Math.max(0, (asked - this.at.getTime()) / this.speed));
      return;
    }
    const at = new Date(Math.round(wanted));
    const mine = new AbortController();
    this.asking = mine;
    try {
      const [grids, warnings] = await Promise.all([
        this.options.askGrids(at, mine.signal),
        this.options.askWarnings(at, mine.signal),
      ]);
      if (mine.signal.aborted) return;
      this.delay = this.delay * 0.6 + (this.now() - asked) * 0.4;
      this.failure = '';
      this.showWhenDue({ at, grids, warnings });
    } catch (error) {
      if (mine.signal.aborted) return;
      mine.abort();
      this.failure = error instanceof Error ? error.message : String(error);
      this.options.changed();
      this.timer = setTimeout(() => void this.next(), AGAIN);
    }
  }

  private showWhenDue(frame: Frame): void {
    const first = this.waiting;
    const due = this.anchor.ours + (frame.at.getTime() - this.anchor.past) / this.speed;
    const show = (): void => {
      this.asking = null;
      this.waiting = false;
      this.at = frame.at;
      // The clock of then starts when its first frame is seen, and never runs ahead of what is shown.
      this.anchor = { past: frame.at.getTime(), ours: this.now() };
      this.options.show(frame);
      this.options.changed();
      if (this.playing) void this.next();
    };
    if (first || due <= this.now()) show();
    else this.timer = setTimeout(show, due - this.now());
  }
}
