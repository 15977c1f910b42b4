import { expect, test } from 'vitest';
import { addressOf, openedAt } from './mode';

test('each open dialog has an address that opens it', () => {
  const opened = { case: 'w-1', open: 'silences' } as const;
  const address = addressOf(opened, { lang: 'en', open: 'report' });
  expect(address).toEqual({ name: 'desk-case', params: { id: 'w-1' }, query: { lang: 'en', open: 'silences' } });
  expect(openedAt({ params: { id: 'w-1' }, query: { open: 'silences' } })).toEqual(opened);
});

test('without an open dialog the address is that of the desk', () => {
  expect(addressOf({ case: null, open: null }, { open: 'figures', lang: 'en' })).toEqual({
    name: 'desk',
    query: { lang: 'en' },
  });
  expect(openedAt({ params: {}, query: { open: 'everything' } })).toEqual({ case: null, open: null });
});
