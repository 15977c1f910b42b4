// Plays a past day: requests the map as of a moment (`as_of`) a little in advance and shows each answer when its
// moment comes. With a slow server the steps become larger, but there is never more than one request of each kind.
// It depends only on time and two request functions.
import type { GridStatus } from '@/core/api/types';
import type { Warning } from './derive';

/** The map at a past moment. */
export interface Frame {
  at: Date;
  grids: GridStatus[];
  warnings: Warning[];
}

export interface PastOptions {
  askGrids: (at: Date, signal: AbortSignal) => Promise<GridStatus[]>;
  askWarnings: (at: Date, signal: AbortSignal) => Promise<Warning[]>;
  show: (frame: Frame) => void;
  /** Called when the map shows the present again, for any reason. */
  live: () => void;
  changed: () => void;
  now?: () => number;
}

/** The past is left if nobody has done anything for this long, in milliseconds. */
export const IDLE = 180_000;
/** The shortest time between two frames, in real milliseconds. */
export const STEP = 500;
/** The pause after a failed request, in milliseconds. */
const AGAIN = 2000;

export class Past {
  /** The shown moment or, while `waiting`, the requested one; null for now. */
  at: Date | null = null;
  playing = false;
  /** How many seconds of the past are played per second. */
  speed = 60;
  /** Whether the shown frame is not the requested one, because an answer is outstanding. */
  waiting = false;
  /** The error text while the last request has failed. */
  failure = '';

  /** While playing: a past moment and the real moment at which it is shown. */
  private anchor = { past: 0, ours: 0 };
  /** How long an answer takes, smoothed, in milliseconds. */
  private delay = 300;
  private asking: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private idle: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: PastOptions) {}

  get isPast(): boolean {
    return this.at !== null;
  }

  /**
   * Shows a past moment, or the present for a later one. If the past is being played, it goes on
   * from the moment.
   */
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

  /** Records that somebody uses the screen. */
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

  /** The past moment that belongs to a real moment. */
  private thenAt(ours: number): number {
    return this.anchor.past + (ours - this.anchor.ours) * this.speed;
  }

  /** Cancels earlier requests, and requests a frame if one is needed. */
  private again(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = null;
    if (this.playing || this.waiting) void this.next();
  }

  private async next(): Promise<void> {
    if (!this.at) return;
    const asked = this.now();
    // The first frame shows the requested moment. The following ones are requested for the moment at which they
    // will be shown.
    const wanted =
      this.waiting || !this.playing ? this.anchor.past : this.thenAt(asked + Math.max(this.delay * 1.25, STEP));
    if (wanted >= asked) {
      // When playing reaches the present, the map returns to it.
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
      // The past starts to run when the first frame is shown, and never runs ahead of the shown frame.
      this.anchor = { past: frame.at.getTime(), ours: this.now() };
      this.options.show(frame);
      this.options.changed();
      if (this.playing) void this.next();
    };
    if (first || due <= this.now()) show();
    else this.timer = setTimeout(show, due - this.now());
  }
}
