// The state of the field page: the account, the cases, and their age. The last known data is stored on the phone
// and shown with its age if there is no network.
import { useIntervalFn } from '@vueuse/core';
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import * as api from '@/core/api/client';
import { photoIds } from '@/core/ledger/case';
import { cases as askCases, photoUrl, readCase, rules as askRules } from '@/core/ledger/client';
import { learnCategories } from '@/core/i18n/words';
import type { Case, Rules } from '@/core/ledger/types';
import { useLive } from '@/core/live/useLive';
import { phoneStorage } from '@/core/offline/phoneStorage';
import { forgetSeen } from '@/core/phone/serviceWorker';
import { useUploadQueue, type UploadQueueHandle } from '@/core/phone/useUploadQueue';
import { isVerifier, type Worker } from './tasks';
import { isWanted } from './useNotices';

/**
 * How often new tasks are requested while the page is visible, in milliseconds. An open feed would keep the
 * phone's radio awake all day.
 */
const EVERY = 45_000;
/** The most photos that are loaded in advance. The service worker stores twice as many. */
const MOST_PHOTOS = 100;
/** The most cases; nobody can handle more in a day. */
const MOST = 500;

/**
 * `asking`: not known yet. `in`: the cases of an account are shown, also stored ones without a network. `sign_in`: nobody
 * is signed in. `unreachable`: the server cannot be reached, and no cases are stored.
 */
export type Access = 'asking' | 'in' | 'sign_in' | 'unreachable';

export interface Field {
  access: Ref<Access>;
  me: ShallowRef<Worker | null>;
  cases: ShallowRef<Case[] | null>;
  units: ShallowRef<ReadonlyMap<string, string>>;
  /** The duty phones of the units that have one. */
  phones: ShallowRef<ReadonlyMap<string, string>>;
  /** The categories of the rules, as far as they are known on the phone. */
  categories: ShallowRef<readonly string[]>;
  /** Whether somebody was signed in on this phone and the session has ended. */
  expired: ComputedRef<boolean>;
  /** Whether the rules require a photo of the result, as far as they are known on the phone. */
  photoNeeded: (category: string) => boolean;
  /** When the cases were requested; null before the first answer. */
  asOf: Ref<Date | null>;
  /** Whether the last request reached the server. */
  online: Ref<boolean>;
  now: Ref<number>;
  refreshing: Ref<boolean>;
  waiting: ComputedRef<number>;
  refused: ComputedRef<number>;
  outbox: UploadQueueHandle;
  start: () => Promise<void>;
  refresh: () => Promise<void>;
  signIn: (token: string) => Promise<void>;
  signOut: () => Promise<void>;
}

interface KeptTasks {
  id: string;
  at: string;
  cases: Case[];
}
interface KeptWorker {
  id: 'me';
  me: Worker;
}
interface KeptUnits {
  id: 'units';
  units: [id: string, name: string, phone?: string][];
}
interface KeptRules {
  id: 'photo-rules';
  needed: string[];
  categories?: Rules['categories'];
}

export function useField(): Field {
  const access = ref<Access>('asking');
  const me = shallowRef<Worker | null>(null);
  const cases = shallowRef<Case[] | null>(null);
  const units = shallowRef<ReadonlyMap<string, string>>(new Map());
  const phones = shallowRef<ReadonlyMap<string, string>>(new Map());
  const categories = shallowRef<readonly string[]>([]);
  const needPhoto = shallowRef<readonly string[]>([]);
  const asOf = ref<Date | null>(null);
  const online = ref(true);
  const now = ref(Date.now());
  const seenPhotos = new Set<string>();

  const outbox = useUploadQueue(
    () => me.value?.account ?? null,
    (entry) => {
      // After an accepted step, its answer is the newest version of the case. After a refused one, the case has
      // to be requested.
      const answer = entry.result;
      if (entry.state === 'refused' && entry.case !== null)
        void readCase(entry.case).then(
          ({ value }) => take(value),
          () => {},
        );
      else if (answer && 'properties' in answer && cases.value) take(answer);
      // A request succeeded, so the network is back and the data is loaded again.
      if (!online.value) void live.reload();
    },
  );

  function take(one: Case): void {
    cases.value = (cases.value ?? []).map((c) => (c.id === one.id ? one : c));
    void keep();
  }

  async function keep(): Promise<void> {
    if (!me.value || !cases.value || !asOf.value) return;
    const plain: Case[] = JSON.parse(JSON.stringify(cases.value));
    await (
      await phoneStorage()
    ).put('kept', { id: `tasks:${me.value.account}`, at: asOf.value.toISOString(), cases: plain } as KeptTasks);
  }

  function takeUnits(list: KeptUnits['units']): void {
    units.value = new Map(list.map(([id, name]) => [id, name]));
    phones.value = new Map(list.flatMap(([id, , phone]) => (phone ? [[id, phone] as const] : [])));
  }

  function takeCategories(list: Rules['categories']): void {
    learnCategories(list);
    categories.value = list.map(({ id }) => id);
  }

  /** Loads the data that was stored while there was a network. */
  async function recall(): Promise<void> {
    const kept = await phoneStorage();
    me.value = (await kept.get<KeptWorker>('kept', 'me'))?.me ?? null;
    takeUnits((await kept.get<KeptUnits>('kept', 'units'))?.units ?? []);
    const known = await kept.get<KeptRules>('kept', 'photo-rules');
    needPhoto.value = known?.needed ?? [];
    takeCategories(known?.categories ?? []);
    if (!me.value) return;
    const tasks = await kept.get<KeptTasks>('kept', `tasks:${me.value.account}`);
    if (!tasks) return;
    cases.value = tasks.cases;
    asOf.value = new Date(tasks.at);
    access.value = 'in';
  }

  /** Loads the account. Returns false if nobody is signed in, or only a rider. */
  async function identify(): Promise<boolean> {
    const session = await api.session();
    if (session.role === 'public' || session.role === 'rider' || !session.account) {
      access.value = 'sign_in';
      return false;
    }
    const worker: Worker = {
      account: session.account,
      role: session.role,
      unit: session.unit ?? null,
      communities: session.communities,
    };
    const kept = await phoneStorage();
    if (me.value && me.value.account !== worker.account) {
      cases.value = null;
      asOf.value = null;
      await forgetSeen();
    }
    me.value = worker;
    await kept.put('kept', { id: 'me', me: worker } as KeptWorker);
    return true;
  }

  async function ask(worker: Worker): Promise<Case[]> {
    const lists: Promise<Case[]>[] = [];
    // The cases of the account's unit that it has to handle or has handled and, for verifiers, the
    // handled cases of their communities, or of all communities.
    if (worker.unit)
      for (const status of ['dispatched', 'handling', 'handled'])
        lists.push(askCases({ status, unit: worker.unit }, MOST));
    if (isVerifier(worker)) {
      const bound = worker.communities ?? [];
      if (bound.length === 0) lists.push(askCases({ status: 'handled' }, MOST));
      else for (const community of bound) lists.push(askCases({ status: 'handled', community }, MOST));
    }
    const found = new Map<string, Case>();
    // A case may be in two lists with different versions; the newest counts.
    for (const c of (await Promise.all(lists)).flat()) if ((found.get(c.id)?.seq ?? -1) < c.seq) found.set(c.id, c);
    return keepTouched(found);
  }

  /** Keeps cases with queued steps, even if they are in no list any more. */
  function keepTouched(found: Map<string, Case>): Case[] {
    const open = new Set(outbox.entries.value.filter((e) => e.state !== 'sent').map((e) => e.case));
    for (const c of cases.value ?? []) if (open.has(c.id) && !found.has(c.id)) found.set(c.id, c);
    return [...found.values()];
  }

  let areUnitsFresh = false;
  async function nameUnits(): Promise<void> {
    if (areUnitsFresh) return;
    const named = (await api.allItems('units')).map(
      ({ id, properties: { name, phone } }): KeptUnits['units'][number] => [id, name ?? id, phone],
    );
    takeUnits(named);
    areUnitsFresh = true;
    await (await phoneStorage()).put('kept', { id: 'units', units: named } as KeptUnits);
  }

  /**
   * Loads the rules in advance: if people learned only afterwards that a photo is missing, they would have to
   * go there twice.
   */
  async function learnRules(): Promise<void> {
    const told = (await askRules()).categories;
    const needed = told.filter((c) => c.photo).map((c) => c.id);
    needPhoto.value = needed;
    takeCategories(told);
    await (await phoneStorage()).put('kept', { id: 'photo-rules', needed, categories: told } as KeptRules);
  }

  /** Lets the service worker store the thumbnails of the tasks, for use without a network. */
  async function seePhotos(of: Case[]): Promise<void> {
    if (!navigator.serviceWorker?.controller) return;
    const wanted = of.flatMap((c) => photoIds(c.properties.photos)).filter((id) => !seenPhotos.has(id));
    for (const id of wanted.slice(0, MOST_PHOTOS))
      if ((await fetch(photoUrl(id, { thumb: true }))).ok) seenPhotos.add(id);
  }

  async function load(): Promise<number | null> {
    if (!(await identify()) || !me.value) {
      online.value = true;
      return null;
    }
    const at = new Date();
    const found = await ask(me.value);
    cases.value = found;
    asOf.value = at;
    now.value = Date.now();
    access.value = 'in';
    online.value = true;
    await keep();
    void outbox.send();
    void nameUnits().catch(() => {});
    void learnRules().catch(() => {});
    void seePhotos(found).catch(() => {});
    return 0;
  }

  function failed(error: unknown): void {
    now.value = Date.now();
    if (error instanceof api.ApiError && error.status === 401) {
      access.value = 'sign_in';
      online.value = true;
    } else {
      online.value = false;
      if (access.value !== 'in') access.value = 'unreachable';
    }
  }

  const live = useLive(['warnings'], null, {
    load,
    failed,
    every: EVERY,
    // A hidden page goes on only if it announces new tasks.
    hidden: () => isWanted.value,
    pause: { first: EVERY, longest: EVERY },
  });
  // A step that was not sent because the session has ended: the page says so at once.
  watch(outbox.holdup, (why) => {
    if (why === 'sign_in' && access.value === 'in') void live.reload();
  });
  useIntervalFn(() => {
    now.value = Date.now();
  }, 15_000);

  return {
    access,
    me,
    cases,
    units,
    phones,
    categories,
    expired: computed(() => access.value === 'sign_in' && me.value !== null),
    photoNeeded: (category) => needPhoto.value.includes(category),
    asOf,
    online,
    now,
    refreshing: live.loading,
    waiting: computed(() => outbox.entries.value.filter((e) => e.state === 'waiting').length),
    refused: computed(() => outbox.entries.value.filter((e) => e.state === 'refused').length),
    outbox,
    async start() {
      await recall().catch(() => {});
      await live.start();
    },
    refresh: live.reload,
    async signIn(token) {
      await api.signIn(token);
      access.value = 'asking';
      await live.reload();
    },
    async signOut() {
      await api.signOut();
      const kept = await phoneStorage();
      if (me.value) await kept.delete('kept', `tasks:${me.value.account}`);
      await kept.delete('kept', 'me');
      await forgetSeen();
      me.value = null;
      cases.value = null;
      asOf.value = null;
      access.value = 'sign_in';
    },
  };
}
