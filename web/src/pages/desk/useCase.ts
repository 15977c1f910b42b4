// The case on the desk: what it is, what it went through, what may be done with it now, and the step that is being
// written. Another officer's step arrives here live; a refused one says what happened and keeps what was typed.
import { computed, onScopeDispose, reactive, ref, shallowRef, watch, type Ref } from 'vue';
import { explain, wrongFieldOf } from '@/core/api/explain';
import { ApiError } from '@/core/api/client';
import * as ledger from '@/core/ledger/client';
import type { Action, ActionBody, Case, Step } from '@/core/ledger/types';
import { fieldsOf, nextAction, takesBack } from './actions';

/** What was typed for a step that has not been taken yet. */
export interface Draft {
  unit: string;
  into: string;
  /** As the field has it: 2026-11-22T18:00, in China's time. */
  due: string;
  /** 2026-11-22 */
  until: string;
  result: 'pass' | 'fail' | '';
  rating: number;
  note: string;
  reason: string;
  photos: string[];
  key: string;
}

export interface Conflict {
  /** What the server said. */
  detail: string;
  /** The step that came between, where the caller may see it. */
  step: Step | null;
  /** Whether what was wanted can still be done as things are now. */
  stillAllowed: boolean;
}

/** Pause before a case that could not be loaded is asked for again; milliseconds. */
const RETRY = 4000;
/** While one runs through the queue nothing is asked; milliseconds. */
const REST = 120;

const newDraft = (): Draft => ({
  unit: '',
  into: '',
  due: '',
  until: '',
  result: '',
  rating: 0,
  note: '',
  reason: '',
  photos: [],
  key: ledger.intentKey(),
});

/** A draft as the ledger wants it: only what the action takes, and only what was filled in. */
export function requestOf(action: Action, draft: Draft): ActionBody {
  const body: ActionBody = { action, key: draft.key };
  for (const { field } of fieldsOf(action)) {
    switch (field) {
      case 'due':
        if (draft.due) body.due_at = `${draft.due}:00+08:00`;
        break;
      case 'result':
        if (draft.result) body.result = draft.result;
        break;
      case 'rating':
        if (draft.rating) body.rating = draft.rating;
        break;
      case 'photos':
        if (draft.photos.length > 0) body.photos = draft.photos;
        break;
      default:
        if (draft[field].trim()) body[field] = draft[field].trim();
    }
  }
  return body;
}

export type CaseWork = ReturnType<typeof useCase>;

export function useCase(
  selected: Ref<Case | null>,
  on: {
    /** A step of ours was taken. */
    done: (c: Case, action: Action, undo: Action | null) => void;
    /** Nobody is signed in any more. */
    signedOut: () => void;
  },
) {
  const detail = shallowRef<Case | null>(null);
  const steps = shallowRef<Step[] | null>(null);
  const failure = ref('');
  const form = ref<Action | null>(null);
  const busy = ref(false);
  const problem = ref('');
  /** The field that the server would not take. */
  const wrongField = ref('');
  const conflict = shallowRef<Conflict | null>(null);
  /** What somebody else did to it while it lay here. */
  const elsewhere = shallowRef<Step | null>(null);
  const drafts = reactive(new Map<string, Draft>());
  let etag: string | null = null;
  let asked: AbortController | null = null;
  let resting: ReturnType<typeof setTimeout> | undefined;

  /** The newest that is known of it: the feed's version may be ahead of the one with `allowed`. */
  const shown = computed<Case | null>(() => {
    const [live, own] = [selected.value, detail.value];
    if (!own || !live || own.id !== live.id) return live;
    return own.seq >= live.seq ? own : { ...live, allowed: own.allowed };
  });
  const allowed = computed<Action[]>(() =>
    detail.value && detail.value.id === selected.value?.id ? (detail.value.allowed ?? []) : [],
  );
  const next = computed(() =>
    shown.value && allowed.value.length > 0 ? nextAction({ ...shown.value, allowed: allowed.value }) : null,
  );

  function draftFor(id: string, action: Action): Draft {
    const key = `${id} ${action}`;
    const known = drafts.get(key);
    if (known) return known;
    drafts.set(key, newDraft());
    return drafts.get(key) as Draft;
  }
  const draft = computed(() => (selected.value && form.value ? draftFor(selected.value.id, form.value) : null));

  async function load(id: string): Promise<void> {
    asked?.abort();
    const asking = new AbortController();
    asked = asking;
    try {
      const [held, past] = await Promise.all([
        ledger.readCase(id, undefined, asking.signal),
        ledger.history(id, asking.signal),
      ]);
      if (asked !== asking || selected.value?.id !== id) return;
      detail.value = held.value;
      etag = held.etag;
      steps.value = past.steps;
      failure.value = '';
      // To whom the server knows it says what they may do.
      if (!held.value.allowed) on.signedOut();
    } catch (error) {
      if (asking.signal.aborted) return;
      failure.value = explain(error);
      // By itself too: nobody should have to find out when the server is back.
      clearTimeout(resting);
      resting = setTimeout(() => selected.value?.id === id && void load(id), RETRY);
    }
  }

  watch(
    () => selected.value?.id,
    (id) => {
      clearTimeout(resting);
      detail.value = null;
      steps.value = null;
      etag = null;
      failure.value = '';
      form.value = null;
      problem.value = '';
      wrongField.value = '';
      conflict.value = null;
      elsewhere.value = null;
      if (id) resting = setTimeout(() => void load(id), REST);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearTimeout(resting);
    asked?.abort();
  });

  /** The feed brought a version of some case. */
  async function heard(c: Case): Promise<void> {
    if (c.id !== selected.value?.id || busy.value || (detail.value && detail.value.seq >= c.seq)) return;
    const wanted = form.value;
    await load(c.id);
    if (selected.value?.id !== c.id) return;
    const step = lastStep();
    elsewhere.value = step;
    if (wanted && form.value === wanted && !allowed.value.includes(wanted))
      conflict.value = { detail: '', step, stillAllowed: false };
  }

  const lastStep = (): Step | null => steps.value?.at(-1) ?? detail.value?.properties.step ?? null;

  /** Opens the form of an action, or takes the step at once where nothing must be asked. */
  function begin(action: Action): void {
    if (!selected.value || busy.value || !allowed.value.includes(action)) return;
    problem.value = '';
    wrongField.value = '';
    conflict.value = null;
    if (fieldsOf(action).length > 0) form.value = action;
    else void take(action);
  }

  function cancel(): void {
    form.value = null;
    problem.value = '';
    wrongField.value = '';
    conflict.value = null;
  }

  /** Takes the step. Sent twice with the same draft it is still one. */
  async function take(action: Action, again = false): Promise<void> {
    const target = selected.value;
    if (!target || busy.value) return;
    const { id } = target;
    const body = requestOf(action, draftFor(id, action));
    busy.value = true;
    problem.value = '';
    wrongField.value = '';
    if (!again) conflict.value = null;
    const statusBefore = shown.value?.properties.status;
    try {
      const held = await ledger.act(id, body, etag);
      drafts.delete(`${id} ${action}`);
      if (selected.value?.id === id) {
        detail.value = held.value;
        etag = held.etag;
        form.value = null;
        elsewhere.value = null;
        conflict.value = null;
      }
      const undo = takesBack[action];
      on.done(held.value, action, undo && held.value.allowed?.includes(undo) ? undo : null);
      if (selected.value?.id === id) void load(id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) on.signedOut();
      if (ledger.isConflict(error)) {
        await load(id);
        if (selected.value?.id !== id) return;
        const stillAllowed = allowed.value.includes(action);
        // Only its level moved, by the clock: nobody's decision was passed over.
        if (!again && stillAllowed && detail.value?.properties.status === statusBefore && isMark(lastStep())) {
          busy.value = false;
          await take(action, true);
          return;
        }
        conflict.value = { detail: explain(error), step: lastStep(), stillAllowed };
        if (fieldsOf(action).length > 0) form.value = action;
      } else {
        problem.value = explain(error);
        wrongField.value = wrongFieldOf(error);
        if (error.status === 403) await load(id);
      }
    } finally {
      busy.value = false;
    }
  }

  return {
    shown,
    steps,
    failure,
    allowed,
    next,
    form,
    draft,
    busy,
    problem,
    wrongField,
    conflict,
    elsewhere,
    begin,
    cancel,
    take,
    heard,
    reload: () => (selected.value ? load(selected.value.id) : undefined),
  };
}

const isMark = (step: Step | null): boolean => step !== null && ['level', 'join', 'absorb'].includes(step.action);
