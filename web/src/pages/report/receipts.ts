// "My reports": the receipts that this phone holds. A receipt is a key to one's own case, so it stays on the phone
// and in the link that its owner shares, and nowhere else.
import { under } from '@/core/api/root';

export interface Receipt {
  case: string;
  receipt: string;
  category: string;
  place: string;
  /** RFC 3339. */
  at: string;
}

const KEY = 'onemap.reports';
/** More than a phone needs to show; the oldest go. */
const MOST = 50;

export function receipts(storage: Pick<Storage, 'getItem'> = localStorage): Receipt[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEY) ?? '[]');
    return Array.isArray(kept)
      ? kept.filter(
          (r): r is Receipt =>
            typeof r === 'object' &&
            r !== null &&
            typeof (r as Receipt).case === 'string' &&
            typeof (r as Receipt).receipt === 'string',
        )
      : [];
  } catch {
    return []; // storage may be forbidden, or somebody's hands were in it
  }
}

/** Adds a receipt, the newest first; one that is there already is not added again. */
export function keepReceipt(receipt: Receipt, storage: Pick<Storage, 'getItem' | 'setItem'> = localStorage): void {
  const others = receipts(storage).filter((r) => r.case !== receipt.case);
  try {
    storage.setItem(KEY, JSON.stringify([receipt, ...others].slice(0, MOST)));
  } catch {
    // The link still works; the page says to keep it.
  }
}

/** The link under which a case can be followed. */
export const receiptLink = ({ case: id, receipt }: Pick<Receipt, 'case' | 'receipt'>): string =>
  under(`/report?${new URLSearchParams({ case: id, receipt })}`);
