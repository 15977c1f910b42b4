// The data of the desk: the account, the cases, names of ids, the levels of the grids. Loaded once and then
// updated by the feed.
import type { Geometry } from 'geojson';
import { computed, onScopeDispose, reactive, ref, shallowRef, triggerRef, watch, type Ref } from 'vue';
import * as api from '@/core/api/client';
import type { GridStatus } from '@/core/api/types';
import { explain } from '@/core/api/explain';
import { pick, type Bilingual } from '@/core/i18n/lang';
import { categoryWords } from '@/core/i18n/words';
import { CaseList } from '@/core/ledger/caseList';
import * as ledger from '@/core/ledger/client';
import type { Blocks, Case } from '@/core/ledger/types';
import { stateOf } from '@/core/ledger/words';
import { useLive } from '@/core/live/useLive';
import { useDayOrders } from '@/core/orders/useDayOrders';
import {
  counts as countQueues,
  hasRole,
  inOrder,
  isIn,
  isOfficer,
  noFilters,
  mayEnter,
  passes,
  type Filters,
  type Me,
  type Queue,
} from './queues';
import { useAlerts } from './useAlerts';
import { useOpened } from './useOpened';

export interface Grid {
  id: string;
  geometry: Geometry | null;
  name: string;
  kind: string;
  code: string | undefined;
  parent: string | undefined;
  status: GridStatus | null;
}

export interface Category {
  id: string;
  words: Bilingual;
  /** Whether the rules require a photo of the result. */
  photo: boolean;
  /** Which ways the cases of this category close. */
  blocks: Blocks | null;
}

/** The pauses before a failed load is repeated, in milliseconds. */
const PAUSE = { first: 4000, longest: 15_000 };
/** Changes within this time cause one request for the levels of the grids, in milliseconds. */
const SETTLE = 300;
/** The built-in categories, in the order of the digits that select them. */
const KNOWN = [
  'street_encroachment',
  'corridor_clutter',
  'flying_wire_charging',
  'blocked_route',
  'wrong_access',
  'damaged_facility',
  'other',
];

export type Phase = 'checking' | 'signed-out' | 'forbidden' | 'loading' | 'ready' | 'failed';

export type Desk = ReturnType<typeof useDesk>;

/** @param selectedId the id of the selected case. */
export function useDesk(
  selectedId: Ref<string | null>,
  on: {
    stepElsewhere: (c: Case) => void;
    gridsMoved: (ids: string[]) => void;
    /** Called with cases that have become red, if alerts are wanted. */
    reds: (cases: Case[]) => void;
  },
) {
  const me = ref<Me>({ role: 'public', roles: [], communities: [] });
  const grids = shallowRef(new Map<string, Grid>());
  const units = shallowRef(new Map<string, string>());
  /** The number of compounds. */
  const compounds = ref(0);
  const categories = shallowRef<Category[]>(
    KNOWN.map((id) => ({ id, words: categoryWords(id), photo: false, blocks: null })),
  );
  /** The error in the rules file, while the previous rules stay in force. */
  const rulesProblem = ref('');

  const alerts = useAlerts({ reds: on.reds });
  const list = new CaseList({
    onChanged(changes) {
      for (const { after } of changes) if (after) on.stepElsewhere(after);
      settleLevels();
      alerts.heard(changes);
    },
  });

  const queue = ref<Queue>('mine');
  const filters = reactive<Filters>({ ...noFilters });
  const ticked = reactive(new Set<string>());

  /** The present time, updated every half minute. */
  const minute = ref(Date.now());
  const identified = ref(false);
  /** Whether somebody is signed in who may not use the desk. */
  const forbidden = ref(false);
  /** Whether the session has expired since the page was loaded. What is shown and typed stays. */
  const expired = ref(false);

  const categoryName = (id: string): string =>
    pick(categories.value.find((c) => c.id === id)?.words ?? categoryWords(id));
  const unitName = (id: string | undefined): string | undefined => (id ? (units.value.get(id) ?? id) : undefined);
  const gridName = (id: string | undefined): string | undefined => (id ? (grids.value.get(id)?.name ?? id) : undefined);
  const communities = computed(() =>
    [...grids.value.values()].filter((g) => g.kind === 'community').toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  );
  const searchable = (c: Case): string =>
    `${categoryName(c.properties.category)} ${unitName(c.properties.unit) ?? ''} ${pick(stateOf(c.properties))}`;

  const filtered = computed(() => [...list.cases.value.values()].filter((c) => passes(c, filters, searchable)));
  // The badges count all cases, so that a filter hides no overdue one.
  const counts = computed(() => countQueues(list.cases.value.values(), me.value, minute.value));
  const rows = computed(() =>
    inOrder(
      queue.value,
      filtered.value.filter((c) => isIn(queue.value, c, me.value, minute.value)),
    ),
  );
  const selected = computed(() => (selectedId.value ? (list.cases.value.get(selectedId.value) ?? null) : null));
  const isFiltered = computed(() => Object.values(filters).some((v) => v !== ''));

  /** The last position of the selected case in the list. */
  let lastAt = 0;
  watch([rows, selectedId], () => {
    const at = rows.value.findIndex((c) => c.id === selectedId.value);
    if (at >= 0) lastAt = at;
  });
  watch(queue, () => (lastAt = 0));

  let settling: ReturnType<typeof setTimeout> | undefined;

  function settleLevels(): void {
    clearTimeout(settling);
    settling = setTimeout(() => {
      api.gridStatuses().then(
        ({ grids: statuses }) => setLevels(statuses),
        () => {}, // the old levels stay; the next change requests them again
      );
    }, SETTLE);
  }

  function setLevels(statuses: GridStatus[]): void {
    const moved: string[] = [];
    for (const status of statuses) {
      const grid = grids.value.get(status.id);
      if (!grid || grid.status?.level === status.level) continue;
      grid.status = status;
      moved.push(grid.id);
    }
    if (moved.length === 0) return;
    triggerRef(grids);
    on.gridsMoved(moved);
  }

  /** Loads the account. Returns false if it may not use the desk. */
  async function identify(): Promise<boolean> {
    const session = await api.session();
    // The previous data stays while the session has expired: without an account the server would hide most of it.
    if (session.role === 'public' && identified.value) {
      expired.value = true;
      throw new api.ApiError(401, '');
    }
    expired.value = false;
    me.value = {
      role: session.role,
      roles: session.roles,
      account: session.account ?? undefined,
      unit: session.unit ?? undefined,
      communities: session.communities,
    };
    identified.value = mayEnter(me.value);
    forbidden.value = session.role !== 'public' && !identified.value;
    return identified.value;
  }

  onScopeDispose(
    api.whenSignedOut(() => {
      if (identified.value) expired.value = true;
    }),
  );

  async function load(): Promise<number | null> {
    if (!(await identify())) return null;
    const seq = await list.load();
    const [cells, statuses, members, collections, rules] = await Promise.all([
      api.allItems('grids'),
      api.gridStatuses(),
      api.allItems('units'),
      api.collections(),
      ledger.rules().catch(() => null),
    ]);
    grids.value = new Map(
      cells.map((g) => [
        g.id,
        {
          id: g.id,
          geometry: g.geometry,
          name: g.properties.name ?? g.properties.code ?? g.id,
          kind: g.properties.kind ?? 'grid',
          code: g.properties.code,
          parent: g.properties.parent,
          status: null,
        },
      ]),
    );
    setLevels(statuses.grids);
    compounds.value = collections.find((c) => c.id === 'compounds')?.itemCount ?? 0;
    units.value = new Map(members.map((u) => [u.id, u.properties.name ?? u.id]));
    if (rules?.categories?.length) {
      const order = (id: string): number => KNOWN.indexOf(id) + 1 || 99;
      categories.value = rules.categories
        .toSorted((a, b) => order(a.id) - order(b.id))
        .map((c) => ({ id: c.id, words: categoryWords(c.id), photo: c.photo ?? false, blocks: c.blocks ?? null }));
    }
    rulesProblem.value = rules?.problem
      ? `${rules.problem.file ?? 'rules.toml'}:${rules.problem.line ?? ''} ${rules.problem.problem ?? ''}`
      : '';
    return seq;
  }

  const dayOrders = useDayOrders();
  const commits = ref(0);
  const live = useLive(['warnings', 'day_orders'], null, {
    load,
    apply(commit) {
      dayOrders.apply(commit);
      commits.value += 1;
      return list.apply(commit);
    },
    pause: PAUSE,
    rings: () => alerts.wanted.value,
  });
  const { fresh } = live;
  const phase = computed<Phase>(() => {
    if (live.phase.value === 'ready') return 'ready';
    if (live.phase.value === 'ended') return forbidden.value ? 'forbidden' : 'signed-out';
    if (live.error.value !== null) return 'failed';
    return identified.value ? 'loading' : 'checking';
  });
  // If the account has no cases of its own, all open cases are shown first.
  watch(
    () => phase.value === 'ready',
    () => counts.value.mine === 0 && (queue.value = 'open'),
    { once: true },
  );

  // Ages are shown in minutes, so sorting and counting every second is not necessary.
  watch(
    () => Math.floor(fresh.now.value.getTime() / 30_000),
    () => (minute.value = fresh.now.value.getTime()),
  );
  onScopeDispose(() => clearTimeout(settling));

  const opened = useOpened({
    wanted: () => (phase.value === 'ready' ? selectedId.value : null),
    isKnown: (id) => list.cases.value.has(id),
    take: (c) => list.take(c),
  });

  return {
    phase,
    failure: computed(() => (live.error.value === null ? '' : explain(live.error.value))),
    me,
    expired,
    alerts,
    opened,
    fresh,
    /** Grows with each commit. */
    commits,
    minute,
    grids,
    units,
    compounds,
    communities,
    categories,
    rulesProblem,
    dayOrders,
    list,
    queue,
    filters,
    isFiltered,
    counts,
    rows,
    selectedId,
    selected,
    ticked,
    officer: computed(() => isOfficer(me.value)),
    /** Whether the account may see patrol rounds. */
    walks: computed(() => isOfficer(me.value) || hasRole(me.value, 'grid_worker')),
    categoryName,
    unitName,
    gridName,
    begin: live.start,
    reload: live.reload,
    /** Selects the next or the previous row, or the first one without a selection. */
    move(by: number): void {
      const at = rows.value.findIndex((c) => c.id === selectedId.value);
      // If the case has left the queue, the one at its position is the next.
      const to = at >= 0 ? at + by : by > 0 ? lastAt : lastAt - 1;
      const next = rows.value[Math.max(0, Math.min(rows.value.length - 1, to))];
      if (next) selectedId.value = next.id;
    },
    /** Whether the selected case is in the list. */
    isListed: (): boolean => rows.value.some((c) => c.id === selectedId.value),
    tick(id: string): void {
      if (!ticked.delete(id)) ticked.add(id);
    },
    /** Ticks all listed cases, or unticks them if all are ticked. */
    tickAll(): void {
      const all = rows.value.every((c) => ticked.has(c.id));
      for (const c of rows.value)
        if (all) ticked.delete(c.id);
        else ticked.add(c.id);
    },
    clearFilters(): void {
      Object.assign(filters, noFilters);
    },
  };
}
