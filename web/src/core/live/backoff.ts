/** The first and the longest pause between two attempts, in milliseconds. */
export interface Pause {
  first: number;
  longest: number;
}

/**
 * The pause after this many failures, in milliseconds. It doubles from `first` to `longest`. Half of it is random, so
 * that many wall screens do not reconnect to a restarted server at the same moment.
 */
export function backoff(
  failures: number,
  { first, longest }: Pause = { first: 500, longest: 15_000 },
  chance: number = Math.random(),
): number {
  const full = Math.min(longest, first * 2 ** Math.min(failures, 10));
  return full / 2 + (full / 2) * chance;
}
