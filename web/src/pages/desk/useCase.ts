// The selected case of the desk: its state, its history, the allowed actions, and the draft of a step. Steps of
// other officers arrive live. A refused step shows what happened and keeps the draft.
import { useEventListener } from '@vueuse/core';
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';
import { explain, wrongFieldOf } from '@/core/api/explain';
import { ApiError } from '@/core/api/client';
import type { Drafts, Unsent } from '@/core/drafts/useDrafts';
import { isAlready } from '@/core/ledger/already';
import { lang } from '@/core/i18n/lang';
import * as ledger from '@/core/ledger/client';
import type { Action, ActionBody, Case, Step } from '@/core/ledger/types';
import { fieldsOf, nextAction, takesBack } from './actions';
import { MARKS } from './stepText';
import { caseWords } from './words/case';

/** The input for a step that has not been sent yet. */
export interface Draft extends Unsent {
  unit: string;
  into: string;
  /** The value of the field: 2026-11-22T18:00, in China's time. */
  due: string;
  /** The value of the field: 2026-11-22. */
  until: string;
  result: 'pass' | 'fail' | '';
  rating: number;
  /** Whether ways are closed for e-bikes. */
  ebike: boolean;
  /** Whether ways are closed for people on foot. */
  foot: boolean;
  /** The distance from the case within which ways are closed, in metres; 0 before the form has been opened. */
  within: number;
  /** The text of a wish on the public board. */
  public_text: string;
  note: string;
  reason: string;
  photos: string[];
}

export interface Conflict {
  /** The text of the server. */
  detail: string;
  /** The step that was made meanwhile, if the caller may see it. */
  step: Step | null;
  /** Whether the action is still allowed in the present status. */
  stillAllowed: boolean;
}

/** The pause before a case that could not be loaded is requested again, in milliseconds. */
const RETRY = 4000;
/** Nothing is requested until the selection has not changed for this long, in milliseconds. */
const REST = 120;
/** Two clicks within this time are one double click, in milliseconds. */
const DOUBLE_CLICK = 500;

const newDraft = (): Draft => ({
  unit: '',
  into: '',
  due: '',
  until: '',
  result: '',
  rating: 0,
  ebike: false,
  foot: false,
  within: 0,
  public_text: '',
  note: '',
  reason: '',
  photos: [],
  key: ledger.intentKey(),
  tried: false,
  touched: false,
});

/** The name of the draft for an action on a case. */
export const draftName = (id: string, action: Action): string => `${id} ${action}`;

/** The request for a draft, with only those fields that the action has and that are filled in. */
export function requestOf(action: Action, draft: Draft, category?: string): ActionBody {
  const body: ActionBody = { action, key: draft.key };
  for (const { field } of fieldsOf(action, category)) {
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
      case 'closes':
        body.ebike = draft.ebike;
        body.foot = draft.foot;
        if (draft.within) body.within_m = draft.within;
        break;
      case 'public_text':
        // Publishing an empty text takes the present one down.
        if (draft.public_text.trim() || action === 'publish') body.public_text = draft.public_text.trim();
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

/** The least number of stars that is not a low rating. */
const GOOD = 4;

/** The reason that a form proposes: to reopen a closed case, what its reporter was not content with. */
export function proposedReason(c: Pick<Case, 'properties'> | null, action: Action): string {
  const { rating, rating_reason } = c?.properties ?? {};
  if (action !== 'reopen' || rating === undefined || rating >= GOOD || !rating_reason) return '';
  return caseWords[lang.value].lowRating(rating, rating_reason);
}

export type CaseWork = ReturnType<typeof useCase>;

export function useCase(
  selected: Ref<Case | null>,
  drafts: Drafts,
  on: {
    /** Called when a step of this page was accepted. */
    done: (c: Case, action: Action, undo: Action | null) => void;
    /** Called when a step was refused because the case is already as it should be. */
    already: (c: Case, action: Action) => void;
    /** Called when nobody is signed in any more. */
    signedOut: () => void;
  },
) {
  const detail = shallowRef<Case | null>(null);
  const steps = shallowRef<Step[] | null>(null);
  const failure = ref('');
  const form = ref<Action | null>(null);
  const busy = ref(false);
  const problem = ref('');
  /** The field that the server refused. */
  const wrongField = ref('');
  const conflict = shallowRef<Conflict | null>(null);
  /** A step of somebody else since the case was opened. */
  const elsewhere = shallowRef<Step | null>(null);
  let etag: string | null = null;
  let asked: AbortController | null = null;
  /** When the last step of this page ended, on the clock of `performance.now()`. */
  let endedAt = Number.NEGATIVE_INFINITY;
  let resting: ReturnType<typeof setTimeout> | undefined;

  /**
   * The newest known version of the case. The version from the feed may be newer than the requested
   * one with `allowed`.
   */
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

  const draftFor = (id: string, action: Action): Draft =>
    drafts.of(draftName(id, action), () => ({ ...newDraft(), reason: proposedReason(shown.value, action) }));
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
      // The server sends `allowed` to every caller who is signed in. If it is missing, the session has ended.
      if (!held.value.allowed) on.signedOut();
    } catch (error) {
      if (asking.signal.aborted) return;
      failure.value = explain(error);
      // The case is requested again automatically, so that nobody has to check whether the server is back.
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
  // A case that could not be loaded is loaded when the network is back, without waiting for the next attempt.
  useEventListener('online', () => {
    if (failure.value && selected.value) void load(selected.value.id);
  });
  onScopeDispose(() => {
    clearTimeout(resting);
    asked?.abort();
  });

  /** Handles a new version of a case from the feed. */
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

  /** Opens the form of an action, or sends it at once if it needs no input. */
  function begin(action: Action): void {
    if (!selected.value || busy.value || !allowed.value.includes(action)) return;
    problem.value = '';
    wrongField.value = '';
    conflict.value = null;
    if (fieldsOf(action, selected.value.properties.category).length > 0) form.value = action;
    else void take(action);
  }

  function cancel(): void {
    form.value = null;
    problem.value = '';
    wrongField.value = '';
    conflict.value = null;
  }

  /** Sends the step. The key of the draft prevents a second step if it is sent twice. */
  async function take(action: Action, again = false): Promise<void> {
    const target = selected.value;
    if (!target || busy.value) return;
    const { id } = target;
    const sending = draftFor(id, action);
    const { category } = target.properties;
    const body = requestOf(action, sending, category);
    busy.value = true;
    problem.value = '';
    wrongField.value = '';
    if (!again) conflict.value = null;
    const statusBefore = shown.value?.properties.status;
    try {
      sending.tried = true;
      const held = await ledger.act(id, body, etag);
      ended(id, action, held);
      const undo = takesBack[action];
      on.done(held.value, action, undo && held.value.allowed?.includes(undo) ? undo : null);
      if (selected.value?.id === id) void load(id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) on.signedOut();
      // The server has refused the request, so nothing is recorded under its key. After a lost answer the key stays.
      if (isFinal(error)) Object.assign(sending, { tried: false, key: ledger.intentKey() });
      if (ledger.isConflict(error)) {
        await load(id);
        const now = detail.value;
        if (now?.id === id && isAlready(action, body, now)) {
          ended(id, action, { value: now, etag });
          on.already(now, action);
          return;
        }
        if (selected.value?.id !== id) return;
        const stillAllowed = allowed.value.includes(action);
        // Only the timer changed the level meanwhile; no decision of a person would be overridden.
        if (!again && stillAllowed && detail.value?.properties.status === statusBefore && isMark(lastStep())) {
          busy.value = false;
          await take(action, true);
          return;
        }
        conflict.value = { detail: explain(error), step: lastStep(), stillAllowed };
        if (fieldsOf(action, category).length > 0) form.value = action;
      } else {
        problem.value = explain(error);
        wrongField.value = wrongFieldOf(error);
        if (error.status === 403) await load(id);
      }
    } finally {
      busy.value = false;
    }
  }

  /** Closes the form of a step that has taken effect. */
  function ended(id: string, action: Action, held: ledger.Held): void {
    drafts.drop(draftName(id, action));
    if (selected.value?.id !== id) return;
    detail.value = held.value;
    etag = held.etag;
    form.value = null;
    elsewhere.value = null;
    conflict.value = null;
    endedAt = performance.now();
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
    /** Whether a step of this page ended a moment ago, so that a click may be the second half of a double click. */
    hasJustEnded: (): boolean => performance.now() - endedAt < DOUBLE_CLICK,
    /** Whether there is input for this action that was not sent. */
    hasDraft: (action: Action): boolean => selected.value !== null && drafts.has(draftName(selected.value.id, action)),
    reload: () => (selected.value ? load(selected.value.id) : undefined),
  };
}

/** Whether the server has decided: not a lost answer, and not a request to try again later. */
export const isFinal = ({ status }: ApiError): boolean =>
  status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);

const isMark = (step: Step | null): boolean => step !== null && MARKS.has(step.action);
