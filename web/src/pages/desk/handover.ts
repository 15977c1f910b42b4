// What the sheet of a shift handover shows. Pure functions.
import { under } from '@/core/api/root';
import * as format from '@/core/i18n/format';
import type { Lang } from '@/core/i18n/lang';
import type { Handover, HandoverCase, HandoverHead, HandoverReason, Happened, OpenNow } from '@/core/ledger/handovers';
import { stateWords } from '@/core/ledger/words';
import type { HandoverWords } from './words/handover';

export const REASONS = ['overdue', 'due', 'supervised', 'red'] as const satisfies readonly HandoverReason[];

/** The numbers of open cases, in the order in which they need attention. */
export const OPEN = [
  'red',
  'yellow',
  'overdue',
  'supervised',
  'to_file',
  'to_dispatch',
  'to_close',
  'held',
] as const satisfies readonly (keyof OpenNow)[];

export const DONE = [
  'reported',
  'filed',
  'dispatched',
  'handled',
  'closed',
  'rejected',
  'new_red',
] as const satisfies readonly (keyof Happened)[];

/** The cases that are listed for a reason; all without one. */
export const listedFor = (cases: readonly HandoverCase[], reason: HandoverReason | ''): HandoverCase[] =>
  cases.filter((c) => reason === '' || c.why.includes(reason));

/** The address of a handover's sheet; `now` for that of the present shift. */
export const sheetAt = (id: string): string => under(`/desk?${new URLSearchParams({ handover: id })}`);

/** The communities of an account or a handover as a key; the same for the same communities. */
const scopeOf = (ids: readonly string[]): string => ids.toSorted().join(' ');

/** The open handover of exactly these communities: the one that its next officer signs. */
export const openFor = (list: readonly HandoverHead[], communities: readonly string[]): HandoverHead | undefined =>
  list.find((h) => !h.taken && scopeOf(h.communities.map((c) => c.id)) === scopeOf(communities));

/** The area of a handover in words. */
export const areaOf = (communities: HandoverHead['communities'], w: HandoverWords): string =>
  communities.map((c) => c.name).join('、') || w.wholeMap;

/** The state of a case and its unit: 处置中 · 城管执法中队. */
const stateOf = (c: HandoverCase, lang: Lang): string =>
  [stateWords[c.status][lang], c.unit].filter(Boolean).join(' · ');

/**
 * What has changed of a listed case since the handover; the words for no change if nothing has, and those for a deleted
 * one if it is gone.
 */
export function changeOf(then: HandoverCase, now: HandoverCase | undefined, w: HandoverWords, lang: Lang): string {
  if (!now) return w.gone;
  const parts = [
    then.status !== now.status || then.unit !== now.unit ? stateOf(now, lang) : '',
    then.level !== now.level ? levelWord(now.level, w) : '',
    then.due_at !== now.due_at && now.due_at ? `${w.columns.due} ${format.dateTime(new Date(now.due_at), lang)}` : '',
    now.why.includes('overdue') && !then.why.includes('overdue') ? w.reasons.overdue : '',
  ];
  return parts.filter(Boolean).join('；') || w.unchanged;
}

const levelWord = (level: HandoverCase['level'], w: HandoverWords): string =>
  level === 'red' || level === 'yellow' ? w[level] : w.green;

/** The cases of a handover as they are now, by id. */
export const presentOf = (handover: Handover): Map<string, HandoverCase> =>
  new Map(handover.present.map((c) => [c.id, c]));
