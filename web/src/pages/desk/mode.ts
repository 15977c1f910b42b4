// The mode of the desk, and its address.
import type { LocationQuery, LocationQueryRaw, RouteLocationNormalizedLoaded, RouteLocationRaw } from 'vue-router';
import type { Picked } from './useDeskMap';

/** A step that is taken for all ticked cases together. */
export type BulkStep = 'dispatch' | 'file' | 'close';

/** What the third column shows: the selected case, a new report, or a step for all ticked cases. */
export type Mode = { kind: 'case' } | { kind: 'report'; place: Picked | null } | { kind: 'bulk'; step: BulkStep };

export const DIALOGS = ['keys', 'import', 'export', 'figures', 'silences', 'orders', 'rounds'] as const;
export type Dialog = (typeof DIALOGS)[number];

/** What is open, as in the address `/desk?case={case}&open=…`. */
export interface Opened {
  case: string | null;
  /** A mode other than the case, or a dialog. */
  open: 'report' | keyof typeof BULK | Dialog | null;
}

/** The bulk steps by their name in the address. */
const BULK = { bulk: 'dispatch', 'bulk-file': 'file', 'bulk-close': 'close' } as const satisfies Record<
  string,
  BulkStep
>;
const BULKS = ['bulk', 'bulk-file', 'bulk-close'] as const satisfies (keyof typeof BULK)[];
const OPEN = ['report', ...BULKS, ...DIALOGS] as const;

export function openedAt({ query }: Pick<RouteLocationNormalizedLoaded, 'query'>): Opened {
  const id = query['case'];
  return { case: typeof id === 'string' && id !== '' ? id : null, open: OPEN.find((o) => o === query['open']) ?? null };
}

/** The address of an opened case, mode or dialog. Other query parameters stay. */
export function addressOf(opened: Opened, query: LocationQuery): RouteLocationRaw {
  const { open: _, case: __, ...others } = query;
  const all: LocationQueryRaw = { ...others };
  if (opened.case !== null) all['case'] = opened.case;
  if (opened.open !== null) all['open'] = opened.open;
  return { name: 'desk', query: all };
}

export const isDialog = (open: Opened['open']): open is Dialog => DIALOGS.some((d) => d === open);

/** The mode that an address opens. A dialog does not change the mode below it. */
export function modeOf({ open }: Opened): Mode {
  if (open === 'report') return { kind: 'report', place: null };
  const bulk = BULKS.find((b) => b === open);
  return bulk ? { kind: 'bulk', step: BULK[bulk] } : { kind: 'case' };
}

/** What to open for a mode. */
export const openFor = (mode: Mode): Opened['open'] =>
  mode.kind === 'bulk' ? (BULKS.find((b) => BULK[b] === mode.step) ?? null) : mode.kind === 'report' ? 'report' : null;
