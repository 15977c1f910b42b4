import { expect, test } from 'vitest';
import { keepReceipt, receiptLink, receipts, type Receipt } from './receipts';

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

test('a link contains the case and the receipt', () => {
  expect(receiptLink({ case: 'w-1', receipt: 'a+b' })).toBe('/report?case=w-1&receipt=a%2Bb');
});
