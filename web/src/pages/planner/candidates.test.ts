import { expect, test } from 'vitest';
import { numbersOf } from './candidates';

test('only numbers can be costs and capacities', () => {
  const properties = {
    name: { type: 'string', title: '名称' },
    rent: { type: 'number', title: '年租金（万元）', 'x-onemap-title-en': 'Rent a year' },
    seats: { type: ['integer', 'null'] },
    geometry: { format: 'geometry-point' },
  };
  expect(numbersOf({ properties })).toEqual([
    { name: 'rent', title: { zh: '年租金（万元）', en: 'Rent a year' } },
    { name: 'seats', title: { zh: 'seats', en: 'seats' } },
  ]);
  expect(numbersOf({})).toEqual([]);
});
