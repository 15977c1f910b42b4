// Patrol rounds: the grids that a worker walked. Only the grid and the hour are kept, never a position. Pure functions.

/** A grid that this phone walked in an hour. */
export interface Walked {
  grid: string;
  /** The beginning of the hour, RFC 3339. */
  hour: string;
  /** Whether the server has it. */
  isSent: boolean;
}

/** What the server knows about a grid on a day. */
export interface WalkedGrid {
  grid: string;
  hours: number[];
  own_hours: number[];
}

/** China has one time zone without daylight saving time. */
const OFFSET_MS = 8 * 3_600_000;
const HOUR_MS = 3_600_000;
/** How long a walked hour is kept on the phone for sending, in milliseconds. The server accepts it for 7 days. */
const SENT_WITHIN_MS = 7 * 24 * HOUR_MS;

/** The day in China, such as 2026-11-29. */
export const dayOf = (at: number): string => new Date(at + OFFSET_MS).toISOString().slice(0, 10);
/** The hour of the day in China, 0 to 23. */
export const hourOf = (at: number): number => new Date(at + OFFSET_MS).getUTCHours();

/** Adds the hour of a moment; the same list if it is there already. */
export function noteWalk(list: readonly Walked[], grid: string, at: number): readonly Walked[] {
  const hour = new Date(Math.floor(at / HOUR_MS) * HOUR_MS).toISOString();
  return list.some((w) => w.grid === grid && w.hour === hour) ? list : [...list, { grid, hour, isSent: false }];
}

/** Without the hours of earlier days that are sent, and without those that the server would not accept any more. */
export const withoutOld = (list: readonly Walked[], now: number): Walked[] =>
  list.filter(({ hour, isSent }) => {
    const at = Date.parse(hour);
    return isSent ? dayOf(at) === dayOf(now) : now - at < SENT_WITHIN_MS;
  });

export interface RoundRow {
  id: string;
  name: string;
  /** The hours of today in which somebody walked the grid, the earliest first. */
  hours: number[];
  /** Whether this worker walked it today. */
  isOwn: boolean;
  /** Whether something is not sent yet. */
  isWaiting: boolean;
}

/** The worker's grids with what is known about today; those not walked yet come first. */
export function rowsOf(
  grids: readonly { id: string; name: string }[],
  told: readonly WalkedGrid[],
  list: readonly Walked[],
  now: number,
): RoundRow[] {
  const today = list.filter(({ hour }) => dayOf(Date.parse(hour)) === dayOf(now));
  return grids
    .map(({ id, name }): RoundRow => {
      const known = told.find((t) => t.grid === id);
      const here = today.filter((w) => w.grid === id);
      const hours = new Set([...(known?.hours ?? []), ...here.map((w) => hourOf(Date.parse(w.hour)))]);
      return {
        id,
        name,
        hours: [...hours].toSorted((a, b) => a - b),
        isOwn: here.length > 0 || (known?.own_hours.length ?? 0) > 0,
        isWaiting: here.some((w) => !w.isSent),
      };
    })
    .toSorted(
      (a, b) =>
        Number(a.hours.length > 0) - Number(b.hours.length > 0) ||
        a.name.localeCompare(b.name, 'zh', { numeric: true }),
    );
}
