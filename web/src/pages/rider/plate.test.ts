import { expect, test } from 'vitest';
import { plateOf } from './plate';

test.each([
  ['https://map.example.cn/rider?b=wenquan-huayuan-3', 'wenquan-huayuan-3'],
  ['https://map.example.cn/street/rider?b=a%2Fb&unit=2', 'a/b'],
  ['https://map.example.cn/report?b=wenquan-huayuan-3', 'wenquan-huayuan-3'],
  ['https://map.example.cn/rider', null],
  ['https://pay.example.cn/?b=1', null],
  ['12345', null],
])('the code %j is of the building %j', (code, building) => {
  expect(plateOf(code)).toBe(building);
});
