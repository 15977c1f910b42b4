import { expect, test } from 'vitest';
import { detailsOf, nearHouses, placeAt, placeBody, walkedGrid, type House, type OwnGrid } from './places';

/** Metres to degrees, near the demo district. */
const [east, north] = [1 / 86_300, 1 / 111_000];
const origin = [117.13, 39.22] as const;
const at = (x: number, y: number): [number, number] => [origin[0] + x * east, origin[1] + y * north];
const square = (x: number, y: number, side: number): OwnGrid['geometry'] => ({
  type: 'Polygon',
  coordinates: [[at(x, y), at(x + side, y), at(x + side, y + side), at(x, y + side), at(x, y)]],
});
const grids: OwnGrid[] = [
  { id: 'g1', name: '第1网格', community: 'c', geometry: square(0, 0, 100) },
  { id: 'g2', name: '第2网格', community: 'c', geometry: square(100, 0, 100) },
];
const houses: House[] = [
  { id: 'b1', name: '1号楼', geometry: square(10, 10, 20) },
  { id: 'b2', name: '2号楼', geometry: square(60, 10, 20) },
  { id: 'far', name: '远处', geometry: square(900, 0, 20) },
];
const here = (x: number, y: number, accuracy_m = 10) => {
  const [lon, lat] = at(x, y);
  return { lon, lat, accuracy_m, at: new Date(0) };
};

test('a grid counts as walked only inside of it, away from its border, and with an accurate position', () => {
  expect(walkedGrid(here(50, 50), grids)?.id).toBe('g1');
  expect(walkedGrid(here(150, 50), grids)?.id).toBe('g2');
  expect(walkedGrid(here(95, 50), grids)).toBeNull();
  expect(walkedGrid(here(95, 50, 4), grids)?.id).toBe('g1');
  expect(walkedGrid(here(50, 50, 80), grids)).toBeNull();
  expect(walkedGrid(here(300, 50), grids)).toBeNull();
});

test('the nearest buildings are offered, and one within 30 m is the place', () => {
  expect(nearHouses(at(40, 20), houses).map((h) => h.id)).toEqual(['b1', 'b2']);
  const map = { grids, houses };
  const close = placeAt(at(35, 20), map, { isChosen: false, accuracy_m: 8 });
  expect([close.house?.id, close.grid, close.accuracy_m]).toEqual(['b1', '第1网格', 8]);
  expect(placeBody(close)).toEqual({ building: 'b1' });
  const open = placeAt(at(150, 90), map, { isChosen: true });
  expect([open.house, open.near, open.grid]).toEqual([null, '2号楼', '第2网格']);
  expect(placeBody(open)).toEqual({ geometry: { type: 'Point', coordinates: open.at } });
  expect(placeAt(at(500, 500), map, { isChosen: true })).toMatchObject({ house: null, near: '', grid: '' });
});

test('a case says its building, unit, room and grid once', () => {
  const w = { unitOf: (u: string) => `${u}单元`, roomOf: (r: string) => `${r}室` };
  const of = (said: Parameters<typeof detailsOf>[0], house = '') => detailsOf(said, house, grids, w);
  const whole = { place: '温泉花园3号楼2单元', building_unit: '2', room: '501', grid: 'g2' };
  expect(of(whole, '温泉花园3号楼')).toEqual(['501室', '第2网格']);
  expect(of({ ...whole, place: '北门旁' }, '温泉花园3号楼')).toEqual(['温泉花园3号楼', '2单元', '501室', '第2网格']);
  expect(of({ grid: 'elsewhere' })).toEqual([]);
});
