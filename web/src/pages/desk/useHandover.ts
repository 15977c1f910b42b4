// The data of the handover page: the account, what would be handed over now or a handover that was signed, and the
// signatures. Numbers are read again while the page is open.
import { computed, onScopeDispose, reactive, ref, shallowRef } from 'vue';
import { useRouter } from 'vue-router';
import * as api from '@/core/api/client';
import { explain } from '@/core/api/explain';
import { useDrafts, type Unsent } from '@/core/drafts/useDrafts';
import * as ledger from '@/core/ledger/client';
import {
  handOver,
  handover as read,
  handovers,
  previewHandover,
  receiveHandover,
  withdrawHandover,
  type Handover,
  type HandoverHead,
  type HandoverPreview,
  type ShiftTimes,
} from '@/core/ledger/handovers';
import { usePoll } from '@/core/live/usePoll';
import { openFor } from './handover';
import { fieldOf } from './chinaTime';
import { isOfficer, type Me } from './queues';

/** The address of the handover of the present shift, instead of an id. */
export const NOW = 'now';
/** How often the numbers are read again, in milliseconds. */
const EVERY = 20_000;
const DRAFT = 'handover';

interface Draft extends Unsent {
  note: string;
}

/** The values of the fields of the shifts, as `2026-11-29T20:00` in China's time. */
export interface Fields {
  from: string;
  next_from: string;
  next_until: string;
}

/** @param wanted the id of a handover, or `now`. */
export function useHandover(wanted: string) {
  const router = useRouter();
  const me = ref<Me | null>(null);
  const expired = ref(false);
  const id = ref(wanted);
  const list = shallowRef<HandoverHead[]>([]);
  const signed = shallowRef<Handover | null>(null);
  const preview = shallowRef<HandoverPreview | null>(null);
  const street = ref('');
  const demo = ref(false);
  const busy = ref(false);
  const refusal = ref('');
  const fields = reactive<Fields>({ from: '', next_from: '', next_until: '' });
  /** The fields that the officer changed. The others follow the clock. */
  const set = reactive(new Set<keyof Fields>());
  const officer = computed(() => me.value !== null && isOfficer(me.value));

  const drafts = useDrafts(() => me.value?.account);
  const draft = computed(() => drafts.of<Draft>(DRAFT, () => ({ key: '', tried: false, touched: false, note: '' })));

  const times = (): ShiftTimes =>
    Object.fromEntries([...set].map((name) => [name, `${fields[name]}:00+08:00`])) as ShiftTimes;

  async function identify(): Promise<void> {
    const session = await api.session();
    if (session.role === 'public' && me.value && me.value.role !== 'public') {
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
  }

  function show(now: Handover): void {
    signed.value = now;
    preview.value = null;
    id.value = now.id;
    void router.replace({ name: 'desk', query: { handover: now.id } });
  }

  async function load(signal: AbortSignal): Promise<void> {
    await identify();
    if (!officer.value) return;
    list.value = await handovers(signal);
    const open = openFor(list.value, me.value?.communities ?? []);
    const shown = id.value === NOW ? open?.id : id.value;
    if (shown !== undefined) {
      signed.value = await read(shown, signal);
      preview.value = null;
      return;
    }
    const got = await previewHandover(times(), signal);
    signed.value = null;
    preview.value = got;
    const { shift, next } = got.content;
    const said = { from: shift.from, next_from: next.from, next_until: next.until };
    for (const name of Object.keys(said) as (keyof Fields)[])
      if (!set.has(name)) fields[name] = fieldOf(new Date(said[name]));
  }

  const poll = usePoll({ ask: load, every: () => (expired.value || !officer.value ? null : EVERY) });
  onScopeDispose(
    api.whenSignedOut(() => {
      if (me.value && me.value.role !== 'public') expired.value = true;
    }),
  );

  /** Names that do not change while the page is open. */
  async function names(): Promise<void> {
    const [landing, streets] = await Promise.all([
      api.landing(),
      api.allItems('grids', undefined, { kind: 'street', limit: '2' }).catch(() => []),
      ledger.rules().catch(() => null), // for the names of categories that the rules add
    ]);
    demo.value = landing.demo;
    street.value = streets.length === 1 ? (streets[0]?.properties.name ?? '') : '';
  }
  void names().catch(() => {}); // the title has a general name then

  /** Takes a step once, also if its button is pressed twice, and shows why it was refused. */
  async function step(work: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    refusal.value = '';
    try {
      await work();
      return true;
    } catch (error) {
      refusal.value = error instanceof api.ApiError && error.status === 401 ? '' : explain(error);
      // Somebody else may have signed meanwhile.
      if (error instanceof api.ApiError && [403, 404, 409].includes(error.status)) poll.anew();
      return false;
    } finally {
      busy.value = false;
    }
  }

  function write(note: string): void {
    draft.value.touched = true;
    draft.value.note = note;
  }

  return {
    write,
    me,
    expired,
    officer,
    id,
    list,
    signed,
    preview,
    street,
    demo,
    busy,
    refusal,
    fields,
    draft,
    drafted: computed(() => drafts.has(DRAFT) && draft.value.note !== ''),
    failure: computed(() => (poll.error.value === null || expired.value ? '' : explain(poll.error.value))),
    begin: poll.ask,
    setTime(name: keyof Fields, value: string): void {
      if (!value) return;
      fields[name] = value;
      set.add(name);
      poll.anew();
    },
    sign: () =>
      step(async () => {
        const given = await handOver(times(), draft.value.note.trim());
        drafts.drop(DRAFT);
        show(given);
        void poll.ask();
      }),
    receive: () =>
      step(async () => {
        if (!signed.value) return;
        show(await receiveHandover(signed.value.id));
        void poll.ask();
      }),
    withdraw: () =>
      step(async () => {
        if (!signed.value) return;
        const { note } = signed.value;
        await withdrawHandover(signed.value.id);
        if (note !== '' && draft.value.note === '') write(note);
        id.value = NOW;
        void router.replace({ name: 'desk', query: { handover: NOW } });
        await poll.ask();
      }),
  };
}
