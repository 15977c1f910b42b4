import { expect, test } from 'vitest';
import type { Bbox } from '@/core/api/types';
import { reactTo } from './arrivals';
import type { Arrival } from './wallState';

const home: Bbox = [117.11, 39.21, 117.15, 39.23];
const monaco: Bbox = [7.4, 43.72, 7.44, 43.76];
const arrival = (change: Partial<Arrival>): Arrival => ({
  collection: 'buildings',
  bbox: monaco,
  before: 0,
  after: 23_370,
  named: 0,
  wasEmpty: false,
  ...change,
});

test('a distant import is announced and the camera moves there', () => {
  expect(reactTo([arrival({ collection: 'roads', after: 4000, bbox: [7, 43, 8, 44] }), arrival({})], home)).toEqual({
    toast: { zh: '已导入 23,370 栋楼', en: 'Imported 23,370 buildings' },
    flyTo: monaco,
  });
});

test('for an import into an empty map the camera moves there', () => {
  expect(reactTo([arrival({ wasEmpty: true })], null).flyTo).toEqual(monaco);
});

test('an import in the shown area is only counted', () => {
  const inside: Bbox = [117.12, 39.215, 117.13, 39.22];
  const reaction = reactTo([arrival({ bbox: inside, before: 100, after: 1600 })], home);
  expect(reaction).toEqual({ toast: { zh: '已导入 1,500 栋楼', en: 'Imported 1,500 buildings' }, flyTo: null });
});

test('importing the same features again counts as an update', () => {
  expect(reactTo([arrival({ before: 23_370, bbox: [117.12, 39.215, 117.13, 39.22] })], home).toast?.zh).toBe(
    '已更新 23,370 栋楼',
  );
});

test('everyday edits are not announced', () => {
  expect(
    reactTo(
      [arrival({ collection: 'facilities', named: 1, before: 60, after: 61, bbox: [117.12, 39.22, 117.12, 39.22] })],
      home,
    ),
  ).toEqual({ toast: null, flyTo: null });
});
