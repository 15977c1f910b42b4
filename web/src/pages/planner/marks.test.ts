import { expect, test } from 'vitest';
import { isRemarked, marking, markOf, marksOf, setOf, withMarks, type Mark } from './marks';
import type { SitingBody } from './types';

const place = (id: string) => ({ id, name: id, position: [117.1, 39.2] as [number, number] });
const layer = (more: object = {}): SitingBody => ({
  problem: 'mclp',
  standard: 'aed_4',
  candidates: { layer: { collection: 'units', ...more } },
});
const generated = (more: Partial<SitingBody> = {}): SitingBody => ({
  problem: 'mclp',
  standard: { metres: 300, source: '街道办公会', there_and_back: false },
  candidates: { generate: { spacing_m: 100 } },
  ...more,
});

test('marks become the required and the forbidden candidates of a request', () => {
  let marks: Mark[] = [];
  const of = setOf(layer(), 5);
  marks = marking(marks, of, place('a'), 'required');
  marks = marking(marks, of, place('b'), 'required');
  marks = marking(marks, of, place('b'), 'forbidden');
  marks = marking(marks, of, place('c'), 'forbidden');
  marks = marking(marks, of, place('c'), null);
  expect(markOf(marks, of, 'b')).toBe('forbidden');
  expect(withMarks({ ...layer(), required: ['old'] }, marks, 5)).toEqual({
    ...layer(),
    required: ['a'],
    forbidden: ['b'],
  });
});

test('marks of a layer are valid for another filter, but not for another layer', () => {
  const marks = marking([], setOf(layer(), 5), place('a'), 'required');
  expect(withMarks(layer({ filter: "kind = 'shop'" }), marks, 6).required).toEqual(['a']);
  expect(withMarks(layer({ collection: 'buildings' }), marks, 5).required).toBeUndefined();
});

test('marks of generated candidates are valid for the same question on the same network', () => {
  const marks = marking([], setOf(generated(), 5), place('generated-7'), 'forbidden');
  const valid = (body: SitingBody, seq = 5): boolean => withMarks(body, marks, seq).forbidden !== undefined;
  // The server returns the request with sorted keys.
  const standard = { there_and_back: false, metres: 300, source: '街道办公会' };
  expect(valid(generated({ standard, k: 9 }))).toBe(true);
  expect(valid(generated({ standard: 'aed_4' }))).toBe(false);
  expect(valid(generated({ placement: false }))).toBe(false);
  expect(valid(generated({ edits: [{ collection: 'routes', id: 'r', op: 'delete' }] }))).toBe(false);
  expect(valid(generated(), 6)).toBe(false);
});

test('the mark of a tried site that was removed is left out', () => {
  const body = (ids: string[]): SitingBody => ({
    problem: 'mclp',
    candidates: { points: ids.map((id) => ({ id, lon: 117.1, lat: 39.2 })) },
  });
  const marks = marking([], setOf(body(['a']), 5), place('a'), 'required');
  expect(withMarks(body(['a', 'b']), marks, 5).required).toEqual(['a']);
  expect(withMarks(body(['b']), marks, 5).required).toBeUndefined();
});

test('the marks of a request are known again in another tab', () => {
  const asked = { ...generated(), required: ['generated-2'], forbidden: ['generated-9', 'generated-3'] };
  expect(isRemarked(asked, [], 5)).toBe(true);
  const marks = marksOf(asked, 5, [{ ...place('generated-2'), name: '候选点位 2' }]);
  expect(marks.map(({ name, position }) => [name, position])).toEqual([
    ['候选点位 2', [117.1, 39.2]],
    ['generated-9', null],
    ['generated-3', null],
  ]);
  expect(isRemarked(asked, marks, 5)).toBe(false);
  expect(isRemarked(asked, marking(marks, setOf(asked, 5), place('generated-9'), null), 5)).toBe(true);
});
