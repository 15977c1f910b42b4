import { expect, test } from 'vitest';
import { gcj02, wgs84 } from './gcj02';
import { distance_m } from './measure';

// Points in WGS 84 and in GCJ-02 from the tests of googollee/eviltransform, a library for this datum.
test.each([
  ['Shanghai', [121.5272106, 31.1774276], [121.531541859215, 31.17530398364597]],
  ['Shenzhen', [113.912316, 22.543847], [113.9171764808363, 22.540796131694766]],
  ['Beijing', [116.377817, 39.911954], [116.38404722455657, 39.91334545536069]],
])('%s lies where others say', (_, wgs84, published) => {
  expect(distance_m(gcj02(wgs84), published)).toBeLessThan(0.001);
});

test('the shift matters in Tianjin, and outside China there is none', () => {
  const here = [117.1302, 39.2242];
  expect(distance_m(here, gcj02(here))).toBeGreaterThan(300);
  expect(gcj02([8.6724, 49.4093])).toEqual([8.6724, 49.4093]);
});

test.each([
  [117.1302, 39.2242],
  [121.5272106, 31.1774276],
  [113.912316, 22.543847],
  [8.6724, 49.4093],
])('%d, %d comes back', (lon, lat) => {
  expect(distance_m(wgs84(gcj02([lon, lat])), [lon, lat])).toBeLessThan(0.01);
});
