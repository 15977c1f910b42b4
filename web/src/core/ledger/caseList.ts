// The cases that a page works on: all open ones and those that ended recently. They are loaded once and then
// updated by the feed. Pages filter and sort them.
import { shallowRef, triggerRef, type ShallowRef } from 'vue';
import * as api from '@/core/api/client';
import { isOf, type CommitEvent, type Landing } from '@/core/api/types';
import * as ledger from './client';
import type { Case } from './types';
import { revealed } from './wish';

export interface CaseListListeners {
  /** Called when cases were added, changed or removed; `before` is the previous state of each. */
  onChanged?: (changes: { id: string; before: Case | undefined; after: Case | undefined }[]) => void;
}

export class CaseList {
  readonly cases: ShallowRef<Map<string, Case>> = shallowRef(new Map());
  readonly landing: ShallowRef<Landing | null> = shallowRef(null);

  constructor(
    private readonly listeners: CaseListListeners = {},
    /** How many closed, rejected and merged cases to load, of each; 0 for none. */
    private readonly ended = 200,
  ) {}

  /** Loads all cases. Resolves to the commit number after which the feed has to continue. */
  async load(signal?: AbortSignal): Promise<number> {
    // The landing page is read first. Commits after its number arrive again through the feed, where older
    // versions of a case are ignored.
    const landing = await api.landing(signal);
    const [open, ended] = await Promise.all([
      ledger.openCases(signal),
      this.ended > 0 ? ledger.endedLately(this.ended, signal) : [],
    ]);
    this.cases.value = newestOfEach([...open, ...ended]);
    this.landing.value = landing;
    return landing.seq;
  }

  /**
   * Applies a commit. A case that was not loaded and has ended is added, because it ended recently. Returns
   * false if the commit is too large to list its changes; then everything has to be loaded again.
   */
  apply(commit: CommitEvent): boolean {
    if (commit.reset?.some((r) => r.collection === 'warnings')) return false;
    const changes: { id: string; before: Case | undefined; after: Case | undefined }[] = [];
    for (const change of commit.changes ?? []) {
      if (!isOf(change, 'warnings')) continue;
      const before = this.cases.value.get(change.id);
      if (before && before.seq >= commit.seq) continue;
      const after = change.kind === 'put' && change.feature ? revealed(change.feature) : undefined;
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

  /** Applies the answer to this page's own step at once. When the feed sends it again, it is ignored. */
  take(case_: Case): void {
    const before = this.cases.value.get(case_.id);
    if (before && before.seq > case_.seq) return;
    this.cases.value.set(case_.id, case_);
    triggerRef(this.cases);
    this.listeners.onChanged?.([{ id: case_.id, before, after: case_ }]);
  }
}

/**
 * Keeps the newest version of each case. Several lists, requested one after the other, may contain the same
 * case.
 */
function newestOfEach(all: Case[]): Map<string, Case> {
  const map = new Map<string, Case>();
  for (const c of all) if ((map.get(c.id)?.seq ?? -1) < c.seq) map.set(c.id, c);
  return map;
}
