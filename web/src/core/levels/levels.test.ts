import { expect, test } from 'vitest';
import { colourToken, LEVELS, parseLevel, rank } from './levels';

test('an unknown level is never green', () => {
  for (const value of [undefined, null, '', 'GREEN', 'purple', 3]) expect(parseLevel(value)).toBe('no_data');
  expect(LEVELS.map(parseLevel)).toEqual([...LEVELS]);
});

test('levels are listed worst first', () => {
  expect(LEVELS.map((l) => rank[l])).toEqual([3, 2, 1, 0]);
  expect(colourToken('no_data', 'text')).toBe('--level-no-data-text');
});
