// "My reports": the receipts on this phone. A receipt is the secret to a case, so it is only stored here and in
// the link that its owner shares.
import { under } from '@/core/api/root';

export interface Receipt {
  case: string;
  receipt: string;
  category: string;
  place: string;
  /** The time of the report, RFC 3339. */
  at: string;
}

const KEY = 'onemap.reports';
/** The most receipts that are stored. The oldest are removed. */
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
    return []; // storage may be forbidden, or its content may be damaged
  }
}

/** Stores a receipt as the newest one. An older receipt of the same case is removed. */
export function keepReceipt(receipt: Receipt, storage: Pick<Storage, 'getItem' | 'setItem'> = localStorage): void {
  const others = receipts(storage).filter((r) => r.case !== receipt.case);
  try {
    storage.setItem(KEY, JSON.stringify([receipt, ...others].slice(0, MOST)));
  } catch {
    // Without storage the link still works; the page asks the reporter to keep it.
  }
}

/** The link with which a case can be followed. */
export const receiptLink = ({ case: id, receipt }: Pick<Receipt, 'case' | 'receipt'>): string =>
  under(`/report?${new URLSearchParams({ case: id, receipt })}`);
