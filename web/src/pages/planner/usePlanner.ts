// The state that all modes of the planner's page share: the session, the standards, the areas, the
// question (which is stored in the page's address), the coverage of the map without edits, and the
// open scenario.
import {
  computed,
  inject,
  onScopeDispose,
  ref,
  shallowRef,
  watch,
  type ComputedRef,
  type InjectionKey,
  type Ref,
  type ShallowRef,
} from 'vue';
import { useRoute, useRouter } from 'vue-router';
import * as api from '@/core/api/client';
import { explain } from '@/core/api/explain';
import type { FeatureOf, Session } from '@/core/api/types';
import { useLive } from '@/core/live/useLive';
import { COUNTED, MOST_LISTED, standards as readStandards } from '@/core/planning/client';
import * as client from './client';
import { addressOf, askedOf, bodyOf, isComplete, questionAt, type Asked, type Question } from './question';
import type { Coverage, CoverageBody, SavedQuestion, Standard } from './types';
import { useDraft, type Draft } from './useDraft';

export const MODES = ['gap', 'try', 'choose', 'ways', 'compare', 'hand-over'] as const;
export type ModeName = (typeof MODES)[number];

/** The pause before a coverage is requested again after a 503 answer, in milliseconds. */
const RETRY = 1500;
/** The parameters of the address that contain the question. */
const OWNED = new Set(['standard', 'own', 'facility', 'at', 'profile', 'by']);

export interface Planner {
  phase: Ref<'checking' | 'signed-out' | 'forbidden' | 'failed' | 'ready'>;
  failure: ComputedRef<string>;
  retry: () => void;
  me: ShallowRef<Session | null>;
  standards: ShallowRef<Standard[]>;
  /** Grids, communities and subdistricts by id. */
  areas: ShallowRef<ReadonlyMap<string, FeatureOf<'grids'>>>;
  question: ComputedRef<Question>;
  asked: ComputedRef<Asked>;
  /** The fields of a request that contain the question. */
  body: ComputedRef<ReturnType<typeof bodyOf>>;
  isComplete: ComputedRef<boolean>;
  ask: (change: Partial<Question>) => void;
  mode: ComputedRef<ModeName>;
  go: (to: ModeName) => void;
  /** Reads a parameter of the address; null if it is missing. */
  param: (name: string) => string | null;
  /** Sets parameters of the address; null removes one. */
  setParam: (changes: Record<string, string | null>) => void;
  /** The coverage of the map without edits. */
  base: ShallowRef<Coverage | null>;
  isCounting: Ref<boolean>;
  baseFailure: Ref<string>;
  count: () => Promise<void>;
  /** Whether the map has changed since the coverage was counted. */
  isBehind: Ref<boolean>;
  isDemo: Ref<boolean>;
  draft: Draft;
  /** The question, as it is saved with a scenario. */
  saved: () => SavedQuestion;
}

export const plannerKey: InjectionKey<Planner> = Symbol('planner');

export function injectPlanner(): Planner {
  const planner = inject(plannerKey);
  if (!planner) throw new Error('No planner is provided. Use this component inside PlannerPage.');
  return planner;
}

export function usePlanner(): Planner {
  const route = useRoute();
  const router = useRouter();
  const opened = Date.now();
  const phase = ref<'checking' | 'signed-out' | 'forbidden' | 'failed' | 'ready'>('checking');
  const me = shallowRef<Session | null>(null);
  const standards = shallowRef<Standard[]>([]);
  const areas = shallowRef<ReadonlyMap<string, FeatureOf<'grids'>>>(new Map());
  const base = shallowRef<Coverage | null>(null);
  const isCounting = ref(false);
  const baseFailure = ref('');
  const isBehind = ref(false);
  const isDemo = ref(false);
  const draft = useDraft();

  const question = computed(() => questionAt(route.query, opened));
  const asked = computed(() => askedOf(question.value, standards.value));
  const body = computed(() => bodyOf(question.value, standards.value));
  const complete = computed(() => isComplete(question.value));
  const mode = computed<ModeName>(() => MODES.find((m) => m === route.params['mode']) ?? 'gap');

  const others = (): Record<string, string> =>
    Object.fromEntries(
      Object.entries(route.query).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string' && !OWNED.has(entry[0]),
      ),
    );

  function ask(change: Partial<Question>): void {
    void router.replace({ query: { ...others(), ...addressOf({ ...question.value, ...change }) } });
  }

  const live = useLive(COUNTED, null, {
    async load(signal) {
      const session = await api.session();
      me.value = session;
      if (session.role === 'public') {
        phase.value = 'signed-out';
        return null;
      }
      if (session.read_only || !session.roles.some((role) => role === 'planner' || role === 'admin')) {
        phase.value = 'forbidden';
        return null;
      }
      const [{ seq, demo }, known, grids] = await Promise.all([
        api.landing(signal),
        readStandards(),
        api.allItems('grids', signal),
      ]);
      standards.value = known;
      areas.value = new Map(grids.map((grid) => [grid.id, grid]));
      if (phase.value === 'ready') isBehind.value = true;
      phase.value = 'ready';
      isDemo.value = demo;
      return seq;
    },
    apply() {
      isBehind.value = true;
    },
    failed() {
      if (phase.value === 'checking') phase.value = 'failed';
    },
  });

  let counting: AbortController | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(again));
  async function count(): Promise<void> {
    counting?.abort();
    clearTimeout(again);
    if (phase.value !== 'ready' || !complete.value) return;
    const own = new AbortController();
    counting = own;
    isCounting.value = true;
    baseFailure.value = '';
    isBehind.value = false;
    try {
      const asks: CoverageBody = { ...body.value, by: question.value.by, limit: MOST_LISTED };
      const answer = await client.coverage(asks, own.signal);
      if (counting === own) base.value = answer;
    } catch (error) {
      if (counting !== own || own.signal.aborted) return;
      if (error instanceof api.ApiError && error.status === 503) {
        // The server is still building the route network.
        again = setTimeout(() => void count(), RETRY);
        return;
      }
      base.value = null;
      baseFailure.value = explain(error);
    } finally {
      if (counting === own) isCounting.value = false;
    }
  }

  watch(
    () => [phase.value === 'ready', complete.value, JSON.stringify([body.value, question.value.by])],
    () => void count(),
    { immediate: true },
  );
  // The moment is written into the address, so that a link shows the same figures later.
  watch(phase, (now) => {
    if (now === 'ready' && route.query['at'] !== question.value.at) ask({});
  });
  void live.start();

  return {
    phase,
    failure: computed(() => (live.error.value ? explain(live.error.value) : '')),
    retry: () => void live.reload(),
    me,
    standards,
    areas,
    question,
    asked,
    body,
    isComplete: complete,
    ask,
    mode,
    go(to) {
      const { query } = route;
      void router.push(
        to === 'gap' ? { name: 'planner', query } : { name: 'planner-mode', params: { mode: to }, query },
      );
    },
    param(name) {
      const value = route.query[name];
      return typeof value === 'string' && value !== '' ? value : null;
    },
    setParam(changes) {
      const query = Object.fromEntries(
        Object.entries({ ...route.query, ...changes }).filter(([, value]) => value !== null),
      );
      void router.replace({ query });
    },
    base,
    isCounting,
    baseFailure,
    count,
    isBehind,
    isDemo,
    draft,
    saved: () => ({ address: addressOf(question.value) }),
  };
}
