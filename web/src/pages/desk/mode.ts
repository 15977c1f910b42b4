// The mode of the desk, and its address.
import type { LocationQuery, LocationQueryRaw, RouteLocationNormalizedLoaded, RouteLocationRaw } from 'vue-router';
import type { Picked } from './useDeskMap';

/** What the third column shows: the selected case, a new report, or the dispatch of all ticked cases. */
export type Mode = { kind: 'case' } | { kind: 'report'; place: Picked | null } | { kind: 'bulk' };

export const DIALOGS = ['keys', 'import', 'export', 'figures', 'silences', 'orders'] as const;
export type Dialog = (typeof DIALOGS)[number];

/** What is open, as in the address `/desk/cases/{case}?open=…`. */
export interface Opened {
  case: string | null;
  /** A mode other than the case, or a dialog. */
  open: 'report' | 'bulk' | Dialog | null;
}

const OPEN = ['report', 'bulk', ...DIALOGS] as const;

export function openedAt({ params, query }: Pick<RouteLocationNormalizedLoaded, 'params' | 'query'>): Opened {
  const { id } = params;
  return { case: typeof id === 'string' && id !== '' ? id : null, open: OPEN.find((o) => o === query['open']) ?? null };
}

/** The address of an opened case, mode or dialog. Other query parameters stay. */
export function addressOf(opened: Opened, query: LocationQuery): RouteLocationRaw {
  const { open: _, ...others } = query;
  const all: LocationQueryRaw = opened.open === null ? others : { ...others, open: opened.open };
  return opened.case === null
    ? { name: 'desk', query: all }
    : { name: 'desk-case', params: { id: opened.case }, query: all };
}

export const isDialog = (open: Opened['open']): open is Dialog => DIALOGS.some((d) => d === open);
