// The cases that a page works on, loaded once and then kept true by the feed: all open ones, and those that
// ended lately. It holds no view of them; pages filter and sort.
import { shallowRef, triggerRef, type ShallowRef } from 'vue';
import * as api from '@/core/api/client';
import { isOf, type CommitEvent, type Landing } from '@/core/api/types';
import * as ledger from './client';
import type { Case } from './types';

export interface CaseListListeners {
  /** Cases were put or taken away; `before` is what each was. */
  onChanged?: (changes: { id: string; before: Case | undefined; after: Case | undefined }[]) => void;
}

export class CaseList {
  readonly cases: ShallowRef<Map<string, Case>> = shallowRef(new Map());
  readonly landing: ShallowRef<Landing | null> = shallowRef(null);

  constructor(
    private readonly listeners: CaseListListeners = {},
    /** How many of each kind of ended cases to load; 0 for none. */
    private readonly ended = 200,
  ) {}

  /** Loads all of it; answers the commit from which the feed must go on. */
  async load(signal?: AbortSignal): Promise<number> {
    // The landing page first: what is committed after its seq comes through the feed again, and versions older
    // than the ones held are ignored.
    const landing = await api.landing(signal);
    const [open, ended] = await Promise.all([
      ledger.openCases(signal),
      this.ended > 0 ? ledger.endedLately(this.ended, signal) : [],
    ]);
    this.cases.value = newestOfEach([...open, ...ended]);
    this.landing.value = landing;
    return landing.seq;
  }

  /** Folds one commit in. A case that was never loaded and has ended meanwhile is taken too: it ended lately.
   * Answers false where the commit is too large to name its changes: load again. */
  apply(commit: CommitEvent): boolean {
    if (commit.reset?.some((r) => r.collection === 'warnings')) return false;
    const changes: { id: string; before: Case | undefined; after: Case | undefined }[] = [];
    for (const change of commit.changes ?? []) {
      if (!isOf(change, 'warnings')) continue;
      const before = this.cases.value.get(change.id);
      if (before && before.seq >= commit.seq) continue;
      const after = change.kind === 'put' ? (change.feature ?? undefined) : undefined;
      if (after) this.cases.value.set(change.id, after);
      else this.cases.value.delete(change.id);
      changes.push({ id: change.id, before, after });
    }
    if (changes.length > 0) {
      triggerRef(this.cases);
      this.listeners.onChanged?.(changes);
    }
    return true;
  }

  /** Takes the answer to a step of our own at once; the feed brings it again and it is ignored. */
  take(case_: Case): void {
    const before = this.cases.value.get(case_.id);
    if (before && before.seq > case_.seq) return;
    this.cases.value.set(case_.id, case_);
    triggerRef(this.cases);
    this.listeners.onChanged?.([{ id: case_.id, before, after: case_ }]);
  }
}

/** Lists asked one after another may hold a case twice, if it moved meanwhile. */
function newestOfEach(all: Case[]): Map<string, Case> {
  const map = new Map<string, Case>();
  for (const c of all) if ((map.get(c.id)?.seq ?? -1) < c.seq) map.set(c.id, c);
  return map;
}
