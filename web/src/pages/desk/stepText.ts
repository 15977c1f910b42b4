// A step as text: who, what, and the result.
import * as format from '@/core/i18n/format';
import { pick, type Lang } from '@/core/i18n/lang';
import { levelWords } from '@/core/i18n/words';
import { reasonOf } from '@/core/ledger/case';
import type { Blocks, Step } from '@/core/ledger/types';
import { didWords, roleWords, statusWords, stepWords } from '@/core/ledger/words';
import { parseLevel } from '@/core/levels/levels';
import type { DeskWords } from './words';
import { caseWords } from './words/case';
import { wishWords } from './words/wish';

export interface StepText {
  what: string;
  /** What was done, to be read after `who`: 已派遣至城管执法中队. */
  did: string;
  who: string;
  at: string;
  /** Further lines: the target, the reason, notes. */
  lines: string[];
}

/** For whom the ways near a case are closed, and within which distance. */
export function closesText(blocks: Blocks, w: DeskWords): string {
  if (blocks.ebike && blocks.foot) return w.closesBoth(blocks.within_m);
  if (blocks.ebike) return w.closesEbike(blocks.within_m);
  return blocks.foot ? w.closesFoot(blocks.within_m) : w.closesNothing;
}

/** What a step did, with the unit, the case, the result or the date that it names. */
export function didText(
  step: Pick<Step, 'action' | 'to_unit' | 'into' | 'result' | 'due_at' | 'until'>,
  lang: Lang,
  w: DeskWords,
  unitName: (id: string | undefined) => string | undefined,
): string {
  const words = didWords[step.action];
  if (!words) return step.action;
  const named: Partial<Record<Step['action'], string | undefined>> = {
    dispatch: unitName(step.to_unit ?? undefined),
    claim: unitName(step.to_unit ?? undefined),
    merge: step.into ?? undefined,
    verify: step.result ? (step.result === 'pass' ? w.pass : w.fail) : undefined,
    extend: step.due_at ? format.dateTime(new Date(step.due_at), lang) : undefined,
    supervise: step.due_at ? format.dateTime(new Date(step.due_at), lang) : undefined,
    park: step.until ? format.date(new Date(step.until), lang) : undefined,
  };
  const to = named[step.action];
  return to && words.to ? words.to[lang].replace('{to}', to) : words.alone[lang];
}

/** The steps that only the system records. */
export const MARKS: ReadonlySet<Step['action']> = new Set<Step['action']>([
  'level',
  'supervise_overdue',
  'join',
  'absorb',
]);

export function stepText(
  step: Step,
  lang: Lang,
  w: DeskWords,
  unitName: (id: string | undefined) => string | undefined,
  moment: (at: Date, lang: Lang) => string = format.dateTime,
): StepText {
  const lines: string[] = [];
  let what = pick(stepWords[step.action] ?? { zh: step.action, en: step.action }, lang);
  if (step.action === 'verify' && step.result) what += ` · ${step.result === 'pass' ? w.pass : w.fail}`;
  if (step.action === 'level' && step.level) what += ` · ${levelWords[parseLevel(step.level)][lang]}`;
  if (step.to_unit) lines.push(`→ ${unitName(step.to_unit)}`);
  else if (step.action === 'merge' && step.into) lines.push(`→ ${step.into}`);
  else if (step.from && step.to && step.from !== step.to)
    lines.push(`${pick(statusWords[step.from], lang)} → ${pick(statusWords[step.to], lang)}`);
  if (step.due_at && !MARKS.has(step.action)) lines.push(`${w.until} ${moment(new Date(step.due_at), lang)}`);
  if (step.until) lines.push(w.parkedUntil(format.date(new Date(step.until), lang)));
  if (step.blocks) lines.push(closesText(step.blocks, w));
  if (step.public_text) lines.push(wishWords[lang].published(step.public_text));
  else if (step.action === 'publish') lines.push(wishWords[lang].tookDown);
  if (step.rating) lines.push(`${w.rating} ${'★'.repeat(step.rating)}${'☆'.repeat(5 - step.rating)}`);
  if (typeof step.distance_m === 'number') lines.push(caseWords[lang].verifiedFrom(format.distance(step.distance_m)));
  const reason = reasonOf(step, lang);
  if (reason) lines.push(reason);
  if (step.note) lines.push(step.note);
  if (step.notice && step.notice !== 'sent')
    lines.push('inhibited_by' in step.notice ? w.noticeInhibited(step.notice.inhibited_by) : w.noticeSilenced);
  const system = MARKS.has(step.action) && !step.account;
  const who = system
    ? pick(roleWords['system'], lang)
    : [step.account, step.unit && unitName(step.unit)].filter(Boolean).join(' · ') ||
      pick(roleWords[step.role ?? ''] ?? roleWords['public'], lang);
  return { what, did: didText(step, lang, w, unitName), who, at: moment(new Date(step.at), lang), lines };
}
