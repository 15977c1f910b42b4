import { expect, test } from 'vitest';
import { withPlan } from './adopt';
import type { Site } from './types';

const AED = { collection: 'first_aid_stations', aed: true };
const site = (id: string, rest: Partial<Site>): Site => ({
  id,
  name: id,
  position: [117.1, 39.2],
  existing: false,
  people: 0,
  ...rest,
});
const name = (n: number): string => `试点 ${n}`;

test('new sites are put, and existing ones stay as they are', () => {
  const plan: Site[] = [site('station-1', { existing: true }), site('shop 7', { position: [117.11, 39.21] })];
  expect(withPlan([], plan, AED, name)).toEqual([
    {
      collection: 'first_aid_stations',
      id: 'plan-shop-7',
      op: 'put',
      feature: {
        type: 'Feature',
        id: 'plan-shop-7',
        geometry: { type: 'Point', coordinates: [117.11, 39.21] },
        properties: { name: '试点 1', aed: true },
      },
    },
  ]);
});

test('a moved station keeps its id, and existing stations that are not in the plan are deleted', () => {
  const plan: Site[] = [site('c-3', { from: 'station-1' })];
  expect(withPlan([], plan, AED, name, ['station-1', 'station-2'])).toEqual([
    {
      collection: 'first_aid_stations',
      id: 'station-1',
      op: 'patch',
      properties: {},
      geometry: { type: 'Point', coordinates: [117.1, 39.2] },
    },
    { collection: 'first_aid_stations', id: 'station-2', op: 'delete' },
  ]);
});
