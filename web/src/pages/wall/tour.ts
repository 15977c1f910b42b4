// Decides what the camera shows and for how long: in turn the communities and their open red cases, a new red case
// first, and the whole area if there is nothing to show. It depends only on time and the names of places, not on
// the map.
//
// A new red case interrupts the tour once. If there are several, the oldest comes first. With many, each is shown for a
// shorter time, and the camera moves only to the oldest few; of the others only the number is shown, because the ledger
// beside the map lists all of them, and the whole area must not be out of view for long.

export type Stop = { kind: 'community'; id: string } | { kind: 'red'; id: string };

export interface TourState {
  /** The stop that is shown; null for the whole area. */
  stop: Stop | null;
  /** Whether it is a red case that has not been shown before. */
  isNew: boolean;
  /** How many new red cases the camera does not show, because too many wait; 0 once the tour goes on. */
  more: number;
  /** Whether the tour pauses after a user's action. */
  paused: boolean;
  /** Whether the tour is switched on, that is, its stops have a duration. */
  touring: boolean;
}

export interface TourOptions {
  /** The present stops. They are requested at each step, because open cases change. */
  stops: () => Stop[];
  /** Milliseconds at each stop; 0 for no tour. */
  dwell: () => number;
  /** Moves the camera to a stop, or to the whole area for null. */
  go: (stop: Stop | null, isNew: boolean) => void;
  changed: (state: TourState) => void;
  now?: () => number;
}

/** New red cases within this time are handled together, so that the oldest comes first, in milliseconds. */
export const GATHER = 150;
/**
 * How long a new red case is shown, including the flight of two seconds, in milliseconds: normally,
 * and while at least two other new cases are waiting.
 */
export const STAY = 16_000;
export const SHORT_STAY = 8_000;
/** How many new red cases may wait for the camera. */
export const MOST_WAITING = 6;
/** After this long with new red cases, the whole area is shown again, in milliseconds. */
export const LONGEST_AWAY = 90_000;
/** After a user's action, the tour pauses for `PAUSE`, and new red cases wait for `BUSY`, in milliseconds. */
export const PAUSE = 120_000;
export const BUSY = 20_000;

const same = (a: Stop | null, b: Stop | null): boolean => a?.kind === b?.kind && a?.id === b?.id;

export class Tour {
  private stop: Stop | null = null;
  private mode: 'rest' | 'round' | 'news' | 'rest-of-news' = 'rest';
  /** The start and the end of the present stop, in milliseconds of the clock. */
  private from = 0;
  private until = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The position in the round, for when the stop itself has disappeared. */
  private place = 0;
  private lastStop: Stop | null = null;
  private readonly waiting: { id: string; since: number }[] = [];
  private readonly unseen = new Set<string>();
  private newsSince = 0;
  private touched = Number.NEGATIVE_INFINITY;
  private pausedUntil = 0;
  private isHeld = false;
  private gathering: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: TourOptions) {}

  get state(): TourState {
    return {
      stop: this.stop,
      isNew: this.mode === 'news',
      more: this.unseen.size,
      paused: this.paused,
      touring: this.options.dwell() > 0,
    };
  }

  /** The elapsed share of the present stop, 0 to 1, for the ring. */
  get progress(): number {
    if (this.mode === 'rest' || this.until <= this.from) return 0;
    const now = this.paused && this.mode === 'round' ? Math.min(this.now(), this.frozenAt) : this.now();
    return Math.min(1, Math.max(0, (now - this.from) / (this.until - this.from)));
  }

  get paused(): boolean {
    return this.pausedUntil > this.now();
  }

  private frozenAt = 0;

  private now(): number {
    return (this.options.now ?? Date.now)();
  }

  /** Starts the tour, or applies a changed duration. */
  retune(): void {
    if (this.isHeld || this.mode === 'news' || this.mode === 'rest-of-news') this.notify();
    else if (this.options.dwell() <= 0) this.rest();
    else if (this.mode === 'rest') this.nextStop(1);
    else this.stay(this.options.dwell());
  }

  /** Adds a case that has turned red. */
  news(id: string, since: number): void {
    if (this.waiting.some((w) => w.id === id) || this.unseen.has(id) || (this.mode === 'news' && this.stop?.id === id))
      return;
    const at = this.waiting.findIndex((w) => w.since > since);
    this.waiting.splice(at < 0 ? this.waiting.length : at, 0, { id, since });
    while (this.waiting.length > MOST_WAITING) {
      const last = this.waiting.pop();
      if (last) this.unseen.add(last.id);
    }
    if (this.mode === 'news') this.hasten();
    else this.gather(Math.max(GATHER, this.touched + BUSY - this.now()));
    this.notify();
  }

  /** Removes a case that is no longer red or no longer open. */
  drop(id: string): void {
    const at = this.waiting.findIndex((w) => w.id === id);
    if (at >= 0) this.waiting.splice(at, 1);
    const known = this.unseen.delete(id) || at >= 0;
    if (this.stop?.kind === 'red' && this.stop.id === id) this.advance();
    else if (known) this.notify();
  }

  /** Pauses, because somebody uses the screen. */
  touch(): void {
    const now = this.now();
    this.touched = now;
    if (this.isHeld) return;
    if (this.mode === 'news') {
      if (this.until < now + BUSY) this.stayUntil(now + BUSY);
    } else if (this.options.dwell() > 0) {
      this.freeze(now + PAUSE);
    }
    this.notify();
  }

  /** Pauses or continues the tour. The space bar does this. */
  toggle(): void {
    if (this.paused) {
      this.touched = Number.NEGATIVE_INFINITY;
      this.thaw();
    } else {
      this.touch();
    }
  }

  /** Moves to the next or the previous stop. The arrow keys do this. */
  step(direction: 1 | -1): void {
    this.touched = this.now();
    if (this.isHeld) return;
    if (this.mode === 'news') {
      this.advance();
      return;
    }
    this.pausedUntil = 0;
    this.nextStop(direction);
    if (this.mode === 'round') this.freeze(this.now() + PAUSE);
    this.notify();
  }

  /** Shows the whole area. The Escape key does this. */
  home(): void {
    this.touch();
    clearTimeout(this.timer);
    this.stop = null;
    this.from = this.until = 0;
    if (this.mode !== 'round') this.mode = 'rest';
    this.options.go(null, false);
    if (this.options.dwell() > 0) this.freeze(this.now() + PAUSE);
    this.notify();
  }

  /** Stops the tour while the past is shown. New red cases wait. */
  hold(yes: boolean): void {
    if (this.isHeld === yes) return;
    this.isHeld = yes;
    clearTimeout(this.timer);
    clearTimeout(this.gathering);
    if (yes) {
      this.pausedUntil = 0;
      // The person who switched to the past has seen the new case that was shown, so it is not shown again.
      this.mode = 'rest';
      this.stop = null;
      this.from = this.until = 0;
      this.notify();
    } else {
      this.touched = Number.NEGATIVE_INFINITY;
      this.advance();
    }
  }

  end(): void {
    clearTimeout(this.timer);
    clearTimeout(this.gathering);
    this.isHeld = true;
  }

  private gather(milliseconds: number): void {
    clearTimeout(this.gathering);
    if (this.isHeld) return;
    this.gathering = setTimeout(() => {
      if (this.mode !== 'news' && !this.isHeld) this.advance();
    }, milliseconds);
  }

  /** Decides what comes after a stop. */
  private advance(): void {
    clearTimeout(this.timer);
    if (this.isHeld) return;
    const long = this.newsSince > 0 && this.now() - this.newsSince >= LONGEST_AWAY;
    if (long) for (const { id } of this.waiting.splice(0)) this.unseen.add(id);
    const next = this.waiting.shift();
    if (next) {
      if (this.newsSince === 0) this.newsSince = this.now();
      this.mode = 'news';
      this.stop = { kind: 'red', id: next.id };
      this.options.go(this.stop, true);
      this.stay(this.newsStay());
    } else if (this.mode === 'news' && this.unseen.size > 0) {
      // Shows the whole area, with the number of the remaining new cases.
      this.mode = 'rest-of-news';
      this.newsSince = 0;
      this.stop = null;
      this.options.go(null, false);
      this.stay(STAY);
    } else {
      this.newsSince = 0;
      this.unseen.clear();
      if (this.options.dwell() > 0) this.nextStop(1);
      else this.rest();
    }
  }

  private newsStay(): number {
    return this.waiting.length + this.unseen.size > 1 ? SHORT_STAY : STAY;
  }

  /** Shortens the present stop, because more new cases are waiting. */
  private hasten(): void {
    const until = Math.max(this.from + this.newsStay(), this.touched + BUSY);
    if (until < this.until) this.stayUntil(until);
  }

  private rest(): void {
    clearTimeout(this.timer);
    const wasAway = this.stop !== null || this.mode === 'round';
    this.mode = 'rest';
    this.stop = null;
    this.pausedUntil = 0;
    this.from = this.until = 0;
    if (wasAway) this.options.go(null, false);
    this.notify();
  }

  private nextStop(direction: 1 | -1): void {
    const stops = this.options.stops();
    if (stops.length === 0) {
      this.rest();
      // There may be a stop later: a community or a red case.
      if (this.options.dwell() > 0)
        this.timer = setTimeout(
          () => this.mode === 'rest' && this.options.dwell() > 0 && this.nextStop(1),
          this.options.dwell(),
        );
      return;
    }
    const at = stops.findIndex((s) => same(s, this.lastStop));
    // If the last stop has disappeared, the one at its position is next.
    const from = at >= 0 ? at : direction > 0 ? this.place - 1 : this.place;
    this.place = (from + direction + stops.length * 2) % stops.length;
    this.stop = this.lastStop = stops[this.place] ?? null;
    this.mode = 'round';
    this.options.go(this.stop, false);
    // Without a tour (a step by key), the camera returns by itself.
    this.stay(this.options.dwell() || PAUSE);
  }

  private stay(milliseconds: number): void {
    this.from = this.now();
    this.stayUntil(this.from + milliseconds);
  }

  private stayUntil(at: number): void {
    clearTimeout(this.timer);
    this.until = at;
    this.timer = setTimeout(() => this.advance(), Math.max(0, at - this.now()));
    this.notify();
  }

  private freeze(until: number): void {
    if (!this.paused) this.frozenAt = this.now();
    this.pausedUntil = until;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.thaw(), until - this.now());
  }

  private thaw(): void {
    const left = this.until - this.frozenAt;
    this.pausedUntil = 0;
    if (this.stop && left > 0) {
      // The ring continues from where it stopped.
      this.from = this.now() - (this.frozenAt - this.from);
      this.stayUntil(this.now() + left);
    } else {
      this.advance();
    }
  }

  private notify(): void {
    this.options.changed(this.state);
  }
}

/**
 * The stops in order: each community, followed by its oldest open red cases, at most `most`; red cases without a
 * community come last.
 */
export function roundOf(
  communities: readonly string[],
  reds: readonly { id: string; community?: string | undefined; since: number }[],
  most = 3,
): Stop[] {
  const stops: Stop[] = [];
  const byAge = reds.toSorted((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
  const add = (of: (community: string | undefined) => boolean): void => {
    for (const { id } of byAge.filter((r) => of(r.community)).slice(0, most)) stops.push({ kind: 'red', id });
  };
  for (const id of communities) {
    stops.push({ kind: 'community', id });
    add((c) => c === id);
  }
  const known = new Set(communities);
  add((c) => c === undefined || !known.has(c));
  return stops;
}
