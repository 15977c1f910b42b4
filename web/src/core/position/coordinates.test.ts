import { expect, test } from 'vitest';
import { coordinatesIn } from './coordinates';

test('coordinates are read in either order, and other texts are not', () => {
  for (const text of [
    '117.1320,39.2212',
    '39.2212, 117.1320',
    ' 117.1320 39.2212 ',
    '（１１７．１３２０，３９．２２１２）',
    '经度：117.1320 纬度：39.2212',
    '北纬39.2212° 东经117.1320°',
    '39.2212°N, 117.1320°E',
    'lon=117.1320&lat=39.2212',
  ])
    expect(coordinatesIn(text), text).toEqual([117.132, 39.2212]);
  for (const text of ['wqhy13', '温泉花园3号楼', '3-2-501', '117.1320', '2.5, 3.5', '1.23, 117.1320', '13800000000'])
    expect(coordinatesIn(text), text).toBeNull();
});
