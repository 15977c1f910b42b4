import { expect, test } from 'vitest';
import { phrases } from './phrases';

test.each([
  ['旭日东里13号楼3单元', '旭日东里|13号楼|3单元'],
  ['果园中路174-176号门前', '果园|中路|174-176号|门前'],
  ['30天内第3次占道经营上报；已超期', '30天内|第3次占道经营|上报；|已超期'],
  ['果园里社区第3网格', '果园里社区|第3网格'],
  ['自上报起已满3天', '自上报起已满3天'],
  ['值班员 · 待立案', '值班员 · 待立案'],
  ['果园新村街道综合行政执法大队', '果园|新村|街道|综合|行政|执法|大队'],
  ['统计数字暂时无法读取，正在重试。', '统计|数字|暂时|无法读取，|正在重试。'],
  ['The figures cannot be loaded; trying again.', 'The figures cannot be loaded; trying again.'],
])('%s may be broken between its words', (text, pieces) => {
  expect(phrases(text).join('|')).toBe(pieces);
  expect(phrases(text).join('')).toBe(text);
});
