import { expect, test } from 'vitest';
import { columnWidths, isShare } from './sheet';

test('a column is as wide as its widest cell, and Chinese counts twice', () => {
  const rows = [
    ['名称', '上报'],
    ['温泉花园社区居委会', 12],
    ['x'.repeat(200), null],
  ];
  expect(columnWidths({ name: 's', rows: rows.slice(0, 2) })).toEqual([20, 10]);
  expect(columnWidths({ name: 's', rows })[0]).toBe(60);
});

test('shares are whole columns or whole rows', () => {
  const sheet = { name: 's', rows: [], shares: { columns: [2], rows: [1] } };
  expect([isShare(sheet, 5, 2), isShare(sheet, 1, 0), isShare(sheet, 5, 1)]).toEqual([true, true, false]);
});
