import { expect, test } from 'vitest';
import type { Edit } from './types';
import { isTurn } from './ways';

const lane = (change: Partial<Edit>): Edit => ({ collection: 'routes', id: 'r', op: 'patch', ...change });

test('a lane is turned by its line, by a reversed one-way rule, or by a rule that is removed', () => {
  const geometry = { type: 'LineString' as const, coordinates: [] };
  expect(isTurn(lane({ properties: {}, geometry }))).toBe(true);
  expect(isTurn(lane({ properties: { oneway: '-1' } }))).toBe(true);
  expect(isTurn(lane({ properties: { oneway: null } }))).toBe(true);
  expect(isTurn(lane({ properties: { foot: 'no' } }))).toBe(false);
  expect(isTurn(lane({ op: 'delete' }))).toBe(false);
});
