import { expect, test } from 'vitest';
import type { Case, CaseProperties } from './types';
import { revealed } from './wish';
import { stateOf } from './words';

const wish = (properties: Partial<CaseProperties>): Case => ({
  type: 'Feature',
  id: 'w',
  geometry: { type: 'Point', coordinates: [117, 39] },
  properties: { category: 'micro_wish', status: 'filed', ...properties },
  seq: 1,
  updated_at: '',
});

test('who may see the private place of a wish sees it where the place of any case is', () => {
  const own = { lon: 117.13, lat: 39.22, building: 'b7', place: '温泉花园7号楼' };
  const seen = revealed(wish({ private_place: own }));
  expect(seen.geometry).toEqual({ type: 'Point', coordinates: [117.13, 39.22] });
  expect(seen.properties).toMatchObject({ building: 'b7', place: '温泉花园7号楼' });
  expect('building_unit' in seen.properties).toBe(false);
  const hidden = wish({});
  expect(revealed(hidden)).toBe(hidden);
});

test('a filed wish waits for a unit that claims it', () => {
  expect(stateOf(wish({}).properties).zh).toBe('待认领');
  expect(stateOf({ category: 'other', status: 'filed' }).zh).toBe('待派遣');
  expect(stateOf({ category: 'micro_wish', status: 'handling' }).zh).toBe('处置中');
});
