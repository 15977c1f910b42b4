// The orders of a rider: adding, removing, delivering, and undoing a delivery. They are stored on
// this phone, so that a reload without a network loses none, and dropped twelve hours after the
// last change.
import { computed, shallowRef } from 'vue';
import type { Target } from './target';

export interface Stop extends Target {
  /** The name of the place, as the map has it. */
  name: string;
  /** The latest time of delivery, such as `18:30`; null if there is none. */
  by: string | null;
  isDone: boolean;
}

/** The largest number of orders that the server plans in one trip. */
export const MOST_STOPS = 20;
const KEY = 'onemap.rider.stops';
/** How long the orders are kept after the last change, in milliseconds. */
const KEPT = 12 * 3_600_000;

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export const keyOf = ({ collection, id, unit, room }: Target): string => [collection, id, unit, room].join('/');

function isStop(one: unknown): one is Stop {
  const stop = one as Partial<Stop> | null;
  return typeof stop?.id === 'string' && typeof stop.collection === 'string' && typeof stop.name === 'string';
}

export function keptStops(storage: Shelf | null, now: number): Stop[] {
  try {
    const kept = JSON.parse(storage?.getItem(KEY) ?? 'null') as { at: number; stops: unknown[] } | null;
    return kept && now - kept.at < KEPT ? kept.stops.filter(isStop).slice(0, MOST_STOPS) : [];
  } catch {
    return []; // storage may be blocked, or its content damaged
  }
}

export function makeStops(storage: Shelf | null, clock: () => number = Date.now) {
  const stops = shallowRef<readonly Stop[]>(keptStops(storage, clock()));

  function set(to: readonly Stop[]): void {
    stops.value = to;
    try {
      if (to.length === 0) storage?.removeItem(KEY);
      else storage?.setItem(KEY, JSON.stringify({ at: clock(), stops: to }));
    } catch {
      // Without storage the orders last until the page is closed.
    }
  }
  const change = (key: string, to: Partial<Stop>): void =>
    set(stops.value.map((stop) => (keyOf(stop) === key ? { ...stop, ...to } : stop)));

  const open = computed(() => stops.value.filter(({ isDone }) => !isDone));

  return {
    stops,
    open,
    /** Whether there is an order for this door that is not delivered yet. */
    isOpen: (target: Target): boolean => open.value.some((stop) => keyOf(stop) === keyOf(target)),
    /**
     * Adds an order at the end; it replaces an order for the same door. The latest time of an open
     * order is kept, because the rider has set it by hand. A delivered order is open again without
     * its latest time, which was that of the delivery. Returns whether there was room.
     */
    add(target: Target, name: string): boolean {
      const before = stops.value.find((stop) => keyOf(stop) === keyOf(target));
      const others = stops.value.filter((stop) => stop !== before);
      if (others.length >= MOST_STOPS) return false;
      const by = before && !before.isDone ? before.by : null;
      set([...others, { ...target, name, by, isDone: false }]);
      return true;
    },
    /** Sorts the orders as their keys are listed here; orders whose key is not listed come first. */
    arrange: (keys: readonly string[]): void =>
      set(stops.value.toSorted((a, b) => keys.indexOf(keyOf(a)) - keys.indexOf(keyOf(b)))),
    remove: (key: string): void => set(stops.value.filter((stop) => keyOf(stop) !== key)),
    /** Moves an order up or down in the list. */
    move(key: string, by: -1 | 1): void {
      const at = stops.value.findIndex((stop) => keyOf(stop) === key);
      const to = at + by;
      const [one, other] = [stops.value[at], stops.value[to]];
      if (one && other) set(stops.value.map((stop, i) => (i === at ? other : i === to ? one : stop)));
    },
    setBy: (key: string, by: string | null): void => change(key, { by }),
    setDone: (key: string, isDone: boolean): void => change(key, { isDone }),
    clear: (): void => set([]),
  };
}

function storage(): Shelf | null {
  try {
    return typeof localStorage === 'undefined' ? null : localStorage;
  } catch {
    return null; // storage may be blocked
  }
}

export const orders = makeStops(storage());

/**
 * The moment of a time of day in China, RFC 3339: tomorrow if it passed more than an hour ago
 * today, otherwise today.
 */
export function nextMoment(by: string, now: number): string {
  const OFFSET = 8 * 3_600_000;
  const day = new Date(now + OFFSET).toISOString().slice(0, 10);
  const today = Date.parse(`${day}T${by}:00+08:00`);
  return new Date(today > now - 3_600_000 ? today : today + 86_400_000).toISOString();
}
