import { expect, test } from 'vitest';
import { chainOf, figureRows, namesAreHidden, type Duty } from './rows';
import type { Card } from './useCard';

const duty = (id: string, scope: string, name?: string): Duty => ({
  id,
  duty: 'grid_leader',
  scope,
  scope_name: `名${scope}`,
  scope_kind: 'grid',
  unit: null,
  until: null,
  ...(name === undefined ? {} : { name }),
});

test('the chain keeps the order of the answer and joins the duties of a scope', () => {
  const chain = chainOf([duty('1', 'street'), duty('2', 'grid'), duty('3', 'grid'), duty('4', 'b')]);
  expect(chain.map((l) => [l.scope, l.duties.map((d) => d.id)])).toEqual([
    ['street', ['1']],
    ['grid', ['2', '3']],
    ['b', ['4']],
  ]);
});

test('names are hidden only if none is shown', () => {
  expect(namesAreHidden([])).toBe(false);
  expect(namesAreHidden([duty('1', 's')])).toBe(true);
  expect(namesAreHidden([duty('1', 's'), duty('2', 's', '王某甲')])).toBe(false);
});

test('rates stand beside those of the street, and what is not known is no zero', () => {
  const figures = {
    reported: 3,
    closed: 0,
    on_time_share: null,
    rating_mean: 4.25,
    hours_to_close_mean: null,
    reported_per_100_households: 1.5,
  };
  const card = { figures, street_figures: { ...figures, reported: 90, on_time_share: 0.9666 } } as Card;
  expect(figureRows(card)).toEqual([
    { name: 'reported', here: '3', street: null },
    { name: 'perHouseholds', here: '1.5', street: '1.5' },
    { name: 'closed', here: '0', street: null },
    { name: 'onTime', here: null, street: '96.7%' },
    { name: 'rating', here: '4.3', street: '4.3' },
    { name: 'hours', here: null, street: null },
  ]);
});
