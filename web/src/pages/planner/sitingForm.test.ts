import { expect, test } from 'vitest';
import { applies, PROBLEMS, sitingBody, START, type Condition } from './sitingForm';

const QUESTION = { standard: 'aed_4', at: '2026-11-25T10:00:00+08:00', profile: 'foot' };
const NOTHING = { sites: [], areas: [] };

test('a request has only the fields that apply to its problem', () => {
  const costs = { source: 'layer', costProperty: 'rent' } as const;
  const everything = { ...START, ...costs, budget: 5, community: 60, gradual: 400, capacity: 900 };
  const asked = PROBLEMS.map((problem) => {
    const { k, moves, share, existing, budget, community_share, gradual_until, capacity } = sitingBody(
      { ...everything, problem },
      QUESTION,
      NOTHING,
      [],
    );
    const said = { k, moves, share, existing, budget, community_share, gradual_until, capacity };
    return [problem, Object.keys(JSON.parse(JSON.stringify(said)) as object).join(' ')];
  });
  expect(asked).toEqual([
    ['mclp', 'k existing budget community_share gradual_until capacity'],
    ['lscp', 'share existing community_share capacity'],
    ['p-median', 'k existing budget'],
    // A budget replaces the number of sites.
    ['p-center', 'existing budget'],
    ['relocation', 'moves budget community_share gradual_until'],
  ]);
});

test('backup coverage excludes capacities and gradual coverage, and vice versa', () => {
  const can = (condition: Condition, change: object): boolean => applies(condition, { ...START, ...change });
  expect(can('backup', { capacity: 10 })).toBe(false);
  expect(can('backup', { gradual: 500 })).toBe(false);
  expect(can('capacity', { backup: true })).toBe(false);
  expect(can('gradual', { backup: true })).toBe(false);
  expect(can('backup', {})).toBe(true);
});

test('a budget needs the costs of a layer', () => {
  const of = (change: object) => sitingBody({ ...START, budget: 5, ...change }, QUESTION, NOTHING, []);
  expect(of({}).budget).toBeUndefined();
  expect(of({ source: 'layer' }).budget).toBeUndefined();
  const layer = { source: 'layer', collection: 'land', costProperty: 'rent', capacityProperty: 'seats' };
  expect(of(layer)).toMatchObject({
    budget: 5,
    candidates: { layer: { collection: 'land', cost: 'rent', capacity: 'seats' } },
  });
  // Costs are minimised, so there is no budget.
  expect(of({ ...layer, problem: 'lscp' })).not.toHaveProperty('budget');
  // No capacities: they do not apply to the goal, or backup coverage excludes them.
  for (const change of [{ problem: 'p-median' }, { backup: true }])
    expect(of({ ...layer, ...change }).candidates?.layer).toEqual({ collection: 'land', cost: 'rent' });
  expect(applies('backup', { ...START, ...layer } as typeof START)).toBe(false);
  // Only the budget limits the number of sites.
  expect(of({ ...layer, k: null })).not.toHaveProperty('k');
});

test('candidates come from one source', () => {
  const site = { id: 'a', name: '试点 1', position: [117.1, 39.2] as [number, number] };
  const of = (change: object) =>
    sitingBody({ ...START, ...change }, QUESTION, { sites: [site], areas: [] }, []).candidates;
  expect(of({})).toEqual({ generate: { spacing_m: 100 } });
  expect(of({ source: 'sites' })).toEqual({ points: [{ id: 'a', name: '试点 1', lon: 117.1, lat: 39.2 }] });
  expect(of({ source: 'hosts', collection: 'units', filter: ' ' })).toEqual({ hosts: { collection: 'units' } });
  expect(of({ source: 'layer', collection: 'land', filter: "use = 'green'" })).toEqual({
    layer: { collection: 'land', filter: "use = 'green'" },
  });
});
