// What several parts of the desk name alike: the draft of a new report, and the bulk steps.
import { isOpen } from '@/core/ledger/case';
import type { Case, Status } from '@/core/ledger/types';
import { openFor, type BulkStep, type Opened } from './mode';

/** The name of the draft of a new report. */
export const REPORT_DRAFT = 'report';

const FROM: Record<BulkStep, readonly Status[]> = {
  file: ['reported'],
  dispatch: ['reported', 'filed', 'returned'],
  close: ['verified'],
};

/** Whether a bulk step is possible for a case. */
export const canTake = (step: BulkStep, c: Case): boolean =>
  FROM[step].includes(c.properties.status ?? 'reported') && !c.properties.held && isOpen(c);

/** The name of a bulk step in the address. */
export const bulkOf = (step: BulkStep): NonNullable<Opened['open']> => openFor({ kind: 'bulk', step }) ?? 'bulk';

/** The cases with unsent steps, from the names of the drafts: the id, a space and the action. */
export const casesOf = (drafts: readonly string[]): Set<string> =>
  new Set(drafts.filter((name) => name.includes(' ')).map((name) => name.slice(0, name.lastIndexOf(' '))));
