// Where the wall looks, and for how long: round the communities and their open reds, at a new red first, nowhere
// in particular when there is nothing to see. Pure: it knows no map and no page, only time and the names of places.
//
// A new red pre-empts the round once. Several wait by age, the oldest first; in a storm the stays grow short, only
// the oldest few are flown to, and of the others it is said how many they are: the ledger beside the map has them
// all, and a camera that is away from the whole for half an hour would hide more than it shows.

export type Stop = { kind: 'community'; id: string } | { kind: 'red'; id: string };

export interface TourState {
  /** What is looked at; null for the whole. */
  stop: Stop | null;
  /** It is a red that nobody has seen before. */
  isNew: boolean;
  /** How many new reds are not flown to; while that is said. */
  more: number;
  paused: boolean;
  /** The round is on. */
  touring: boolean;
}

export interface TourOptions {
  /** The round as it is now; asked anew at each step, because what is open changes. */
  stops: () => Stop[];
  /** Milliseconds at each stop of the round; 0 for no round. */
  dwell: () => number;
  /** Go there. `null` is the whole. */
  go: (stop: Stop | null, isNew: boolean) => void;
  changed: (state: TourState) => void;
  now?: () => number;
}

/** Reds that come together are taken together, so that the oldest is the first; milliseconds. */
export const GATHER = 150;
/** With a new red: alone, and when many wait; the flight of two seconds included. */
export const STAY = 16_000;
export const SHORT_STAY = 8_000;
/** How many may wait for the camera. */
export const MOST_WAITING = 6;
/** After so long with new reds the whole is shown again. */
export const LONGEST_AWAY = 90_000;
/** After somebody's hand: the round stands still, and a new red waits a little. */
export const PAUSE = 120_000;
export const BUSY = 20_000;

const same = (a: Stop | null, b: Stop | null): boolean => a?.kind === b?.kind && a?.id === b?.id;

export class Tour {
  private stop: Stop | null = null;
  private mode: 'rest' | 'round' | 'news' | 'rest-of-news' = 'rest';
  /** The stay that runs: it began and will end; milliseconds of the clock. */
  private from = 0;
  private until = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Where the round stands, for when its stop has gone meanwhile. */
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

  /** How much of the present stay has passed, 0 to 1; what the ring shows. */
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

  /** Begins the round, or takes up that its length has changed. */
  retune(): void {
    if (this.isHeld || this.mode === 'news' || this.mode === 'rest-of-news') this.tell();
    else if (this.options.dwell() <= 0) this.rest();
    else if (this.mode === 'rest') this.nextStop(1);
    else this.stay(this.options.dwell());
  }

  /** Red, and was not before. */
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
    this.tell();
  }

  /** It is no longer red, or no longer open. */
  drop(id: string): void {
    const at = this.waiting.findIndex((w) => w.id === id);
    if (at >= 0) this.waiting.splice(at, 1);
    const known = this.unseen.delete(id) || at >= 0;
    if (this.stop?.kind === 'red' && this.stop.id === id) this.advance();
    else if (known) this.tell();
  }

  /** Somebody's hand is on the wall. */
  touch(): void {
    const now = this.now();
    this.touched = now;
    if (this.isHeld) return;
    if (this.mode === 'news') {
      if (this.until < now + BUSY) this.stayUntil(now + BUSY);
    } else if (this.options.dwell() > 0) {
      this.freeze(now + PAUSE);
    }
    this.tell();
  }

  /** The key for it: stands still, or goes on at once. */
  toggle(): void {
    if (this.paused) {
      this.touched = Number.NEGATIVE_INFINITY;
      this.thaw();
    } else {
      this.touch();
    }
  }

  /** The next stop or the one before, by hand. */
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
    this.tell();
  }

  /** Back to the whole, by hand. */
  home(): void {
    this.touch();
    clearTimeout(this.timer);
    this.stop = null;
    this.from = this.until = 0;
    if (this.mode !== 'round') this.mode = 'rest';
    this.options.go(null, false);
    if (this.options.dwell() > 0) this.freeze(this.now() + PAUSE);
    this.tell();
  }

  /** While the past is shown nothing moves; what is new waits. */
  hold(yes: boolean): void {
    if (this.isHeld === yes) return;
    this.isHeld = yes;
    clearTimeout(this.timer);
    clearTimeout(this.gathering);
    if (yes) {
      this.pausedUntil = 0;
      // What was being shown as new has been seen by who turned to the past.
      this.mode = 'rest';
      this.stop = null;
      this.from = this.until = 0;
      this.tell();
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

  /** What is due after a stay has ended. */
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
      // The whole, with the words of how many more there are.
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

  /** More have come: who is being shown goes sooner. */
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
    this.tell();
  }

  private nextStop(direction: 1 | -1): void {
    const stops = this.options.stops();
    if (stops.length === 0) {
      this.rest();
      // Something may come to be looked at: a community, or a red.
      if (this.options.dwell() > 0)
        this.timer = setTimeout(
          () => this.mode === 'rest' && this.options.dwell() > 0 && this.nextStop(1),
          this.options.dwell(),
        );
      return;
    }
    const at = stops.findIndex((s) => same(s, this.lastStop));
    // Where the last stop is gone its place is taken by the one behind it.
    const from = at >= 0 ? at : direction > 0 ? this.place - 1 : this.place;
    this.place = (from + direction + stops.length * 2) % stops.length;
    this.stop = this.lastStop = stops[this.place] ?? null;
    this.mode = 'round';
    this.options.go(this.stop, false);
    // Without a round (a step by hand), it comes home by itself.
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
    this.tell();
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
      // The ring goes on from where it stood.
      this.from = this.now() - (this.frozenAt - this.from);
      this.stayUntil(this.now() + left);
    } else {
      this.advance();
    }
  }

  private tell(): void {
    this.options.changed(this.state);
  }
}

/** The round: each community, and with it the oldest of its open reds; reds that belong nowhere come last. */
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
