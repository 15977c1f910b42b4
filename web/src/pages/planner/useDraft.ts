// The open scenario: its edits with undo and redo, and its saved state on the server. Unsaved
// changes survive a reload of the page in this browser tab.
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import type { Bilingual } from '@/core/i18n/lang';
import { explain } from '@/core/api/explain';
import { ApiError } from '@/core/api/client';
import * as client from './client';
import type { Held, ScenarioBody } from './client';
import type { Mark } from './marks';
import type { Edit, SavedQuestion, SitingRecord } from './types';
import { begin, redo, step, undo, type History } from './undo';

const KEY = 'onemap.planner.draft';

/** Who saved the scenario after it was opened here, and when. */
export interface Conflict {
  by: string;
  at: string;
}

/**
 * What undo and redo restore. The solver's run belongs to it, so that a report never names a run for
 * sites that the run did not choose.
 */
export interface DraftState {
  edits: readonly Edit[];
  siting: SitingRecord | null;
  marks: readonly Mark[];
}

export interface Draft {
  edits: ComputedRef<readonly Edit[]>;
  history: ShallowRef<History<DraftState, Bilingual>>;
  /** The solver's run that chose the sites; null if they were placed by hand. */
  siting: ComputedRef<SitingRecord | null>;
  /** The required and forbidden candidates. They are not saved with the scenario. */
  marks: ComputedRef<readonly Mark[]>;
  /** The scenario as it was last loaded or saved; null for a new one. */
  held: ShallowRef<Held | null>;
  /** Whether there are unsaved edits. */
  isChanged: ComputedRef<boolean>;
  conflict: Ref<Conflict | null>;
  failure: Ref<string>;
  isBusy: Ref<boolean>;
  /**
   * Replaces the edits and adds a step to the history. `what` describes the step. `siting` is the
   * solver's run that chose the sites, or null if the step changes sites by hand; without it, the
   * run stays.
   */
  change: (edits: readonly Edit[], what: Bilingual, siting?: SitingRecord | null) => void;
  /** Replaces the marks of candidates and adds a step to the history. */
  mark: (marks: readonly Mark[], what: Bilingual) => void;
  /** Sets the marks of a result from another browser tab. Undo does not revert this. */
  bring: (marks: readonly Mark[]) => void;
  /** Undoes the last step. Returns its description; null if there is none. */
  undo: () => Bilingual | null;
  redo: () => Bilingual | null;
  open: (id: string) => Promise<boolean>;
  /** Begins a new scenario without edits. */
  clear: () => void;
  /** Saves under this name; with `asNew` as a new scenario. Resolves to whether it was saved. */
  save: (name: string, question: SavedQuestion, asNew?: boolean) => Promise<boolean>;
  /** Saves over the version of the other planner after a conflict. */
  overwrite: (name: string, question: SavedQuestion) => Promise<boolean>;
  /** Deletes the saved scenario on the server. The edits stay open. */
  remove: () => Promise<boolean>;
}

interface Kept {
  edits: Edit[];
  siting: SitingRecord | null;
  marks?: Mark[];
  held: Held | null;
}

function kept(): Kept | null {
  try {
    const text = sessionStorage.getItem(KEY);
    return text ? (JSON.parse(text) as Kept) : null;
  } catch {
    return null; // storage may be forbidden
  }
}

const same = (a: readonly Edit[], b: readonly Edit[]): boolean => JSON.stringify(a) === JSON.stringify(b);

export function useDraft(): Draft {
  const before = kept();
  const history = shallowRef<History<DraftState, Bilingual>>(
    begin({ edits: before?.edits ?? [], siting: before?.siting ?? null, marks: before?.marks ?? [] }),
  );
  const held = shallowRef<Held | null>(before?.held ?? null);
  const conflict = ref<Conflict | null>(null);
  const failure = ref('');
  const isBusy = ref(false);
  const edits = computed(() => history.value.present.edits);
  const siting = computed(() => history.value.present.siting);
  const marks = computed(() => history.value.present.marks);
  const isChanged = computed(() => !same(edits.value, held.value?.scenario.edits ?? []));

  watch([history, held], () => {
    try {
      sessionStorage.setItem(
        KEY,
        JSON.stringify({
          edits: [...edits.value],
          siting: siting.value,
          marks: [...marks.value],
          held: held.value,
        } satisfies Kept),
      );
    } catch {
      // Without storage, unsaved changes are lost on a reload.
    }
  });

  function take(to: Held): void {
    held.value = to;
    conflict.value = null;
  }

  /** Runs a request. Resolves to whether it succeeded; otherwise sets `conflict` or `failure`. */
  async function run(work: () => Promise<void>): Promise<boolean> {
    failure.value = '';
    isBusy.value = true;
    try {
      await work();
      return true;
    } catch (error) {
      conflict.value = client.conflictOf(error);
      if (!conflict.value) failure.value = explain(error);
      return false;
    } finally {
      isBusy.value = false;
    }
  }

  const bodyOf = (name: string, question: SavedQuestion): ScenarioBody => ({
    name,
    edits: [...edits.value],
    question: { ...question, ...(siting.value ? { siting: siting.value } : {}) },
  });

  function go(next: History<DraftState, Bilingual> | null, what: Bilingual | undefined): Bilingual | null {
    if (!next) return null;
    history.value = next;
    return what ?? null;
  }

  return {
    edits,
    history,
    siting,
    marks,
    held,
    isChanged,
    conflict,
    failure,
    isBusy,
    change(to, what, by = siting.value) {
      if (!same(to, edits.value) || by !== siting.value)
        history.value = step(history.value, { ...history.value.present, edits: to, siting: by }, what);
    },
    mark(to, what) {
      history.value = step(history.value, { ...history.value.present, marks: to }, what);
    },
    bring(to) {
      history.value = { ...history.value, present: { ...history.value.present, marks: to } };
    },
    undo: () => go(undo(history.value), history.value.past.at(-1)?.what),
    redo: () => go(redo(history.value), history.value.future[0]?.what),
    open: (id) =>
      run(async () => {
        const to = await client.scenario(id);
        history.value = begin({ edits: to.scenario.edits, siting: to.scenario.question?.siting ?? null, marks: [] });
        take(to);
      }),
    clear() {
      history.value = begin({ edits: [], siting: null, marks: [] });
      held.value = null;
      conflict.value = null;
      failure.value = '';
    },
    save: (name, question, asNew = false) =>
      run(async () => {
        const known = asNew ? null : held.value;
        const body = bodyOf(name, question);
        take(
          known ? await client.saveScenario(known.scenario.id, known.etag, body) : await client.createScenario(body),
        );
      }),
    overwrite: (name, question) =>
      run(async () => {
        const id = held.value?.scenario.id ?? '';
        const { etag } = await client.scenario(id);
        take(await client.saveScenario(id, etag, bodyOf(name, question)));
      }),
    remove: () =>
      run(async () => {
        const known = held.value;
        if (!known) return;
        try {
          await client.deleteScenario(known.scenario.id, known.etag);
        } catch (error) {
          // 404: the scenario was already deleted.
          if (!(error instanceof ApiError && error.status === 404)) throw error;
        }
        held.value = null;
      }),
  };
}
