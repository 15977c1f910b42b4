// Decides whether a refused step is already done, for example because it was tapped twice or a colleague was faster.
import type { Step, StepAction } from '@/core/ledger/types';
import type { Entry } from './uploadQueue';

/** Steps that do not change what has to be done next. */
const ASIDE = new Set<StepAction>([
  'note',
  'urge',
  'supervise',
  'supervise_overdue',
  'level',
  'join',
  'absorb',
  'extend',
  'rate',
  'block',
  'publish',
]);

/**
 * Whether the case already is as this step would make it: its last step is the same. A start counts no matter who
 * started, because it has no content. Other steps count only if they are from the same account with the same content,
 * so that no text is lost.
 */
export function isAlreadySo(
  entry: Pick<Entry, 'action' | 'account' | 'body' | 'made_at'>,
  steps: readonly Step[],
): boolean {
  const last = steps.findLast((step) => !ASIDE.has(step.action));
  if (!last || last.action !== entry.action) return false;
  if (entry.action === 'start') {
    // If the case was dispatched again after this start was made, another unit may have started it.
    const dispatched = steps.findLast((step) => step.action === 'dispatch');
    return !dispatched || Date.parse(dispatched.at) <= Date.parse(entry.made_at);
  }
  const { note = '', reason = '', result } = entry.body;
  return (
    last.account === entry.account &&
    // A step that was sent late has a remark after its note.
    (last.note ?? '').startsWith(note ?? '') &&
    (last.reason ?? '') === (reason ?? '') &&
    (last.result ?? null) === (result ?? null)
  );
}
