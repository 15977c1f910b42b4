import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { addressOnly } from './order';

const cases = JSON.parse(readFileSync('../tests/support/order_texts.json', 'utf8')) as [string, string][];

it.each(cases)('reduces %j to its address', (text, expected) => {
  expect(addressOnly(text)).toBe(expected);
  expect(addressOnly(expected)).toBe(expected);
});
