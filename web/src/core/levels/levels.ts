// The three colours of the warning ledger (红黄绿) and the fourth state, not knowing. Never colour alone:
// each has its shape, its pattern at area size and its word.

export type Level = 'red' | 'yellow' | 'green' | 'no_data';

/** Worst first: the order of every list and of drawing importance. */
export const LEVELS: readonly Level[] = ['red', 'yellow', 'green', 'no_data'];

/** How urgent; the worst of several levels is the one with the highest rank. */
export const rank: Record<Level, number> = { red: 3, yellow: 2, green: 1, no_data: 0 };

/** The mark as a character, for plain text. */
export const glyph: Record<Level, string> = { red: '▲', yellow: '◆', green: '●', no_data: '▨' };

/** The mark as an SVG path on a 24 × 24 grid, all of the same visual weight. */
export const shape: Record<Level, string> = {
  red: 'M12 2.5 22.5 21H1.5z',
  yellow: 'M12 1.5 22.5 12 12 22.5 1.5 12z',
  green: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z',
  no_data: 'M3 3h18v18H3zM5 5v4.2L9.2 5zm7 0L5 12v4.2L16.2 5zm7 0L5 19h4.2L19 9.2zm0 7-7 7h4.2l2.8-2.8z',
};

/** The token of its colour; `text` for words, which need more contrast than areas. */
export function colourToken(level: Level, use: 'area' | 'text' = 'area'): `--${string}` {
  const name = level.replace('_', '-');
  return use === 'text' ? `--level-${name}-text` : `--level-${name}`;
}

/** Reads a level from data; anything unknown is no data, never green. */
export function parseLevel(value: unknown): Level {
  // Written out: a wall reads thousands of them a frame.
  return value === 'red' || value === 'yellow' || value === 'green' ? value : 'no_data';
}
