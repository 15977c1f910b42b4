// "My reports": the receipts on this phone. A receipt is the secret to a case, so it is only stored here and in
// the link that its owner shares.
import { under } from '@/core/api/root';

export interface Receipt {
  case: string;
  receipt: string;
  /** The number of the case that people use, such as 20261129-0042. Receipts of older versions have none. */
  number?: string;
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

/**
 * The link with which the reporter follows and rates a case. The secret is behind the #, so it is not sent with the
 * address and stands in no log of a server.
 */
export const receiptLink = ({ case: id, receipt }: Pick<Receipt, 'case' | 'receipt'>): string =>
  under(`/report${receiptHash({ case: id, secret: receipt })}`);

/** The link with which others read a case. They cannot rate it. */
export const readingLink = (id: string, code: string): string =>
  under(`/report${receiptHash({ case: id, secret: code })}`);

/** What a link opens: a case, by its receipt or its reading code. */
export interface Opened {
  case: string;
  secret: string;
}

/** The part of a link behind the path. */
export function receiptHash({ case: id, secret }: Opened): string {
  const isReceipt = secret.startsWith('or_');
  return `#${new URLSearchParams({ case: id, [isReceipt ? 'receipt' : 'code']: secret })}`;
}

/** What an address of the page opens; null if it names no receipt. Older links have the receipt in the query. */
export function openedBy({ search, hash }: Pick<Location, 'search' | 'hash'>): Opened | null {
  for (const part of [hash.slice(1), search]) {
    const said = new URLSearchParams(part);
    const [id, secret] = [said.get('case'), said.get('receipt') ?? said.get('code')];
    if (id && secret) return { case: id, secret };
  }
  return null;
}
