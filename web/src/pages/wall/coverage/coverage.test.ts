import { expect, test } from 'vitest';
import type { Area, Coverage, Standard } from '@/core/planning/types';
import {
  effectOf,
  emptyOf,
  facilitiesFor,
  headlineOf,
  minuteOf,
  ranked,
  standardAfter,
  standardOf,
  unknownStandard,
  untilHours,
  viewFor,
} from './coverage';
import { coverageWords, facilityName } from './words';

const known = [
  { id: 'living_circle_5', facility: null },
  { id: 'aed_4', facility: { collection: 'first_aid_stations', aed: true } },
  { id: 'swap_cabinet_500', facility: { collection: 'facilities', kind: 'battery_swap' } },
] as unknown as Standard[];

const area = (id: string, people: number, covered: number): Area => ({
  id,
  name: id,
  people,
  covered,
  share: people > 0 ? covered / people : null,
});
const answer = {
  demand: 100,
  covered: 40,
  share: 0.4,
  straight_line: { share: 0.7 },
  by: [area('west', 60, 6), area('east', 40, 34), area('lake', 0, 0)],
  facilities: { count: 2, unknown_hours: 0, closed: [], unlinked: [] },
} as unknown as Coverage;

test('a screen shows its standard, or one after the other', () => {
  expect(standardOf(known, 'aed_4', 5)?.id).toBe('aed_4');
  expect([0, 1, 2, 3].map((turn) => standardOf(known, '', turn)?.id)).toEqual([
    'living_circle_5',
    'aed_4',
    'swap_cabinet_500',
    'living_circle_5',
  ]);
  // If the id is unknown, for example renamed in standards.toml, the screen shows the first standard instead of none.
  expect(standardOf(known, 'aed_9', 1)?.id).toBe('aed_4');
  expect(standardOf([], 'aed_4', 0)).toBeNull();
  // The screen names the unknown id beside the figures of another standard, once the standards are known.
  expect(['aed_9', 'aed_4', ''].map((id) => unknownStandard(known, id))).toEqual(['aed_9', '', '']);
  expect(unknownStandard([], 'aed_9')).toBe('');
  expect(standardAfter(known, 'swap_cabinet_500')?.id).toBe('living_circle_5');
  expect(standardAfter(known, null)?.id).toBe('living_circle_5');
  expect(standardAfter([], null)).toBeNull();
});

test('a living circle is about the facilities of the address, otherwise the usual ones', () => {
  const [circle, aed] = known as [Standard, Standard];
  expect(facilitiesFor(circle, '')).toEqual({ collection: 'facilities', kind: 'party_service_centre' });
  expect(facilitiesFor(circle, 'toilet')).toEqual({ collection: 'facilities', kind: 'toilet' });
  expect(facilitiesFor(aed, 'toilet')).toEqual({ collection: 'first_aid_stations', aed: true });
});

test('it asks again when opening hours change, and for one moment a minute', () => {
  expect(untilHours(new Date('2026-11-30T01:29:50Z'))).toBe(12_000);
  expect(untilHours(new Date('2026-11-30T01:30:00Z'))).toBe(1_802_000);
  expect(minuteOf(new Date('2026-11-30T01:29:50.123Z')).toISOString()).toBe('2026-11-30T01:29:00.000Z');
});

test('it asks again only after commits that can change a coverage', () => {
  const change = (collection: string, properties: object = {}): Parameters<typeof effectOf>[0] =>
    ({ changes: [{ collection, id: 'x', kind: 'put', feature: { properties } }] }) as never;
  expect(effectOf(change('facilities'))).toEqual({ counts: true, network: false });
  expect(effectOf(change('routes'))).toEqual({ counts: true, network: true });
  expect(effectOf(change('day_orders'))).toEqual({ counts: true, network: false });
  expect(effectOf(change('warnings', { category: 'corridor_clutter' }))).toEqual({ counts: false, network: false });
  expect(effectOf(change('warnings', { category: 'other', blocks: { foot: 'no' } }))).toMatchObject({ counts: true });
  expect(effectOf(change('warnings', { category: 'blocked_route' }))).toMatchObject({ counts: true });
  expect(effectOf({ reset: [{ collection: 'buildings', bbox: null }] } as never)).toEqual({
    counts: true,
    network: true,
  });
  expect(effectOf({ changes: [] } as never)).toEqual({ counts: false, network: false });
});

test('a coverage of nobody or of no facilities says so', () => {
  const facilities = (count: number, closed: string[] = [], unlinked: string[] = []): Coverage =>
    ({ ...answer, facilities: { count, unknown_hours: 0, closed, unlinked } }) as Coverage;
  expect(emptyOf(answer)).toBeNull();
  expect(emptyOf({ ...answer, demand: 0 })).toBe('people');
  expect(emptyOf(facilities(0))).toBe('facilities');
  expect(emptyOf(facilities(0, ['a']))).toBe('closed');
  expect(emptyOf(facilities(0, [], ['a']))).toBe('closed');
});

test('selected communities have their own share, and none by straight line', () => {
  expect(headlineOf(answer, null)).toEqual({ people: 100, covered: 40, share: 0.4, straight: 0.7 });
  expect(headlineOf(answer, new Set(['east']))).toEqual({ people: 40, covered: 34, share: 0.85, straight: null });
  expect(headlineOf(answer, new Set(['lake'])).share).toBeNull();
  expect(ranked(answer.by, null).map(({ id }) => id)).toEqual(['west', 'east']);
  expect(ranked(answer.by, new Set(['east', 'lake'])).map(({ id }) => id)).toEqual(['east']);
});

test('a new red case and the past replace the coverage by the levels, and no other view', () => {
  expect(viewFor('coverage', false, false)).toBe('coverage');
  expect(viewFor('coverage', true, false)).toBe('levels');
  expect(viewFor('coverage', false, true)).toBe('levels');
  expect(viewFor('themes', false, false)).toBe('themes');
  expect([viewFor('themes', true, false), viewFor('themes', false, true)]).toEqual(['levels', 'levels']);
  expect([viewFor('projects', false, false), viewFor('projects', true, false)]).toEqual(['projects', 'levels']);
  expect(viewFor('housing', true, true)).toBe('housing');
});

test('an unknown standard is named in both languages', () => {
  expect(coverageWords.zh.unknownStandard('aed_9')).toContain('没有标准“aed_9”');
  expect(coverageWords.en.unknownStandard('aed_9')).toContain('no standard “aed_9”');
});

test('the name of facilities says which of them count', () => {
  expect(facilityName({ collection: 'facilities', kind: 'toilet' }, 'zh')).toBe('公共厕所');
  expect(facilityName({ collection: 'pocket_parks', area_m2: [400, 10_000] }, 'zh')).toBe('口袋公园（400–10,000 m²）');
  expect(facilityName({ collection: 'pocket_parks', area_m2: [5000, 1e9] }, 'en')).toBe('Pocket parks (≥ 5,000 m²)');
  expect(facilityName({ collection: 'shops' }, 'en')).toBe('shops');
});
