import { expect, test } from 'vitest';
import { freeNumber, othersOf, sitesOf, withPatch, without, withSite, type TriedSite } from './draft';
import type { Edit } from './types';
import { begin, redo, step, undo } from './undo';

const PARK = { collection: 'pocket_parks', area_m2: [400, 10_000] as [number, number] };
const AED = { collection: 'first_aid_stations', aed: true };
const site = (id: string, name = '试点 1'): TriedSite => ({ id, name, position: [117.13, 39.22] });

test('a tried park is a square of 1,000 m² around its position', () => {
  const [edit] = withSite([], site('a'), PARK);
  expect(edit?.feature?.properties).toEqual({ name: '试点 1', area_m2: 1000 });
  const geometry = edit?.feature?.geometry;
  if (geometry?.type !== 'Polygon') throw new Error(`expected a polygon, found ${geometry?.type}`);
  const [[west = 0, south = 0] = [], , [east = 0, north = 0] = []] = geometry.coordinates[0] ?? [];
  const metres = (north - south) * 111_320 * ((east - west) * 111_320 * Math.cos((39.22 * Math.PI) / 180));
  expect(metres).toBeCloseTo(998.6, 0);
  expect(sitesOf([edit as Edit], PARK)[0]?.position[0]).toBeCloseTo(117.13, 6);
});

test('sites of the question are separated from other edits', () => {
  const gate: Edit = { collection: 'entrances', id: 'g', op: 'patch', properties: { foot: 'no' } };
  const edits = withSite(withSite([gate], site('a'), AED), site('b'), { ...AED, aed: false });
  expect(sitesOf(edits, AED).map((s) => s.id)).toEqual(['a']);
  expect(othersOf(edits, AED).map((e) => e.id)).toEqual(['g', 'b']);
  expect(without(edits, 'first_aid_stations', 'a').map((e) => e.id)).toEqual(['g', 'b']);
});

test('moving a site keeps its place in the list', () => {
  const two = withSite(withSite([], site('a'), AED), site('b'), AED);
  const moved = withSite(two, { ...site('a'), position: [117.2, 39.3] }, AED);
  expect(sitesOf(moved, AED).map((s) => [s.id, s.position])).toEqual([
    ['a', [117.2, 39.3]],
    ['b', [117.13, 39.22]],
  ]);
});

test('a patch with the values of the map is removed', () => {
  const original = { foot: 'yes', locked: null };
  const gate = { collection: 'entrances', id: 'g' };
  const shut = withPatch([], gate, { foot: 'no', ebike: 'no' }, original);
  expect(shut).toEqual([{ ...gate, op: 'patch', properties: { foot: 'no', ebike: 'no' } }]);
  const open = withPatch(shut, gate, { foot: 'yes' }, original);
  expect(open[0]?.properties).toEqual({ ebike: 'no' });
  expect(withPatch(open, gate, { ebike: null }, original)).toEqual([]);
});

test('numbers of removed sites are used again', () => {
  expect(freeNumber([])).toBe(1);
  expect(freeNumber([site('a', '试点 1'), site('b', '试点 3')])).toBe(2);
});

test('undo and redo return the same states and steps', () => {
  const one = step(begin<number, string>(0), 1, 'one');
  const two = step(one, 2, 'two');
  const back = undo(two);
  expect(back).toMatchObject({ present: 1, future: [{ what: 'two' }] });
  expect(back && redo(back)).toEqual(two);
  expect(undo(begin(0))).toBeNull();
  expect(redo(two)).toBeNull();
  // A new step after undo drops the undone step.
  expect(back && step(back, 3, 'three').future).toEqual([]);
});
