import { expect, test } from 'vitest';
import { keepReceipt, openedBy, readingLink, receiptLink, receipts, type Receipt } from './receipts';

function storage(begin: string | null = null): Pick<Storage, 'getItem' | 'setItem'> {
  let kept = begin;
  return {
    getItem: () => kept,
    setItem: (_, value) => {
      kept = value;
    },
  };
}
const one = (id: string): Receipt => ({
  case: id,
  receipt: `secret-${id}`,
  category: 'other',
  place: '',
  at: '2026-11-22T06:00:00Z',
});

test('receipts are listed once each, the newest first', () => {
  const kept = storage();
  for (const id of ['a', 'b', 'a']) keepReceipt(one(id), kept);
  expect(receipts(kept).map((r) => r.case)).toEqual(['a', 'b']);
});

test('invalid stored receipts are ignored', () => {
  for (const begin of [null, '', '{', '7', '[1, null, {"case": 3}]']) expect(receipts(storage(begin))).toEqual([]);
});

test('a link has its secret behind the #, and opens what it was made for', () => {
  const own = receiptLink({ case: 'w-1', receipt: 'or_a+b' });
  const shared = readingLink('w-1', '7K2M-9Q4C-1X8B-AAAA');
  expect(own).toBe('/report#case=w-1&receipt=or_a%2Bb');
  expect(shared).toBe('/report#case=w-1&code=7K2M-9Q4C-1X8B-AAAA');
  const opened = (link: string) => openedBy(new URL(link, 'http://localhost'));
  expect(opened(own)).toEqual({ case: 'w-1', secret: 'or_a+b' });
  expect(opened(shared)).toEqual({ case: 'w-1', secret: '7K2M-9Q4C-1X8B-AAAA' });
});

test('links of earlier versions, with the receipt in the query, still open', () => {
  expect(openedBy({ search: '?case=w-1&receipt=or_a', hash: '' })).toEqual({ case: 'w-1', secret: 'or_a' });
  for (const search of ['', '?b=b1', '?case=w-1']) expect(openedBy({ search, hash: '' })).toBeNull();
});
