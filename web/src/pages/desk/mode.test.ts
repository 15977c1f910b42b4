import { expect, test } from 'vitest';
import { addressOf, modeOf, openedAt, openFor } from './mode';

test('each open dialog has an address that opens it', () => {
  const opened = { case: 'w-1', open: 'silences' } as const;
  const address = addressOf(opened, { lang: 'en', open: 'report' });
  expect(address).toEqual({ name: 'desk', query: { lang: 'en', case: 'w-1', open: 'silences' } });
  expect(openedAt({ query: { case: 'w-1', open: 'silences' } })).toEqual(opened);
});

test('without an open dialog the address is that of the desk', () => {
  expect(addressOf({ case: null, open: null }, { open: 'figures', case: 'w-1', lang: 'en' })).toEqual({
    name: 'desk',
    query: { lang: 'en' },
  });
  expect(openedAt({ query: { open: 'everything' } })).toEqual({ case: null, open: null });
});

test('each mode has a name in the address', () => {
  for (const open of ['report', 'bulk', 'bulk-file', 'bulk-close'] as const)
    expect(openFor(modeOf({ case: null, open }))).toBe(open);
  expect(modeOf({ case: 'w-1', open: 'bulk-close' })).toEqual({ kind: 'bulk', step: 'close' });
  expect(openFor(modeOf({ case: 'w-1', open: 'keys' }))).toBeNull();
});
