// The three levels of the warning ledger (红黄绿) and "no data". A level is never shown by colour alone: each has
// a shape, an area pattern and a word.

export type Level = 'red' | 'yellow' | 'green' | 'no_data';

/** The levels, the worst first. Lists and draw orders use this order. */
export const LEVELS: readonly Level[] = ['red', 'yellow', 'green', 'no_data'];

/** The urgency of a level. The worst of several levels has the highest rank. */
export const rank: Record<Level, number> = { red: 3, yellow: 2, green: 1, no_data: 0 };

/** The symbol as a character, for plain text. */
export const glyph: Record<Level, string> = { red: '▲', yellow: '◆', green: '●', no_data: '▨' };

/** The symbol as an SVG path on a 24 × 24 grid. All symbols have the same visual weight. */
export const shape: Record<Level, string> = {
  red: 'M12 2.5 22.5 21H1.5z',
  yellow: 'M12 1.5 22.5 12 12 22.5 1.5 12z',
  green: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z',
  no_data: 'M3 3h18v18H3zM5 5v4.2L9.2 5zm7 0L5 12v4.2L16.2 5zm7 0L5 19h4.2L19 9.2zm0 7-7 7h4.2l2.8-2.8z',
};

/** The CSS token of the level's colour; `text` is for words, which need more contrast than areas. */
export function colourToken(level: Level, use: 'area' | 'text' = 'area'): `--${string}` {
  const name = level.replace('_', '-');
  return use === 'text' ? `--level-${name}-text` : `--level-${name}`;
}

/** Parses a level. An unknown value is no data, never green. */
export function parseLevel(value: unknown): Level {
  // Written as comparisons for speed: a wall screen parses thousands per frame.
  return value === 'red' || value === 'yellow' || value === 'green' ? value : 'no_data';
}
