import { expect, test } from 'vitest';
import { queryOf, shortName, targetOf, type Target } from './target';

test.each<Target>([
  { collection: 'buildings', id: 'wenquan-huayuan-3', unit: '2', room: '501' },
  { collection: 'buildings', id: 'a/b 果', unit: null, room: null },
  { collection: 'facilities', id: 'battery-swap-006', unit: null, room: null },
  { collection: 'first_aid_stations', id: 'way/12/3', unit: null, room: null },
])('an address leads back to %o', (target) => {
  expect(targetOf(queryOf(target) as Record<string, string>)).toEqual(target);
});

test('a query without a destination gives null', () => {
  expect(targetOf({})).toBeNull();
  expect(targetOf({ b: '' })).toBeNull();
  expect(targetOf({ to: 'facilities' })).toBeNull();
  expect(targetOf({ b: ['x', 'y'] })).toMatchObject({ id: 'x' });
});

test('the short name of a building omits the name of its compound', () => {
  expect(shortName({ id: 'x', name: '温泉花园3号楼', compound_name: '温泉花园' })).toBe('3号楼');
  expect(shortName({ id: 'x', name: '温泉花园', compound_name: '温泉花园' })).toBe('温泉花园');
  expect(shortName({ id: 'x', name: '辰兴大厦', compound_name: null })).toBe('辰兴大厦');
  expect(shortName({ id: 'x' })).toBe('x');
});
