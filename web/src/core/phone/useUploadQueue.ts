// The upload queue as a page uses it: what is in it, what holds it up, and trying again by itself. Browsers say
// "online" when there is any network at all, so only trying tells whether the server can be reached.
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { backoff } from '@/core/live/backoff';
import { uploader, type Sent } from '@/core/offline/uploader';
import { UploadQueue, type Entry, type Holdup, type NewEntry } from '@/core/offline/uploadQueue';
import { shelf } from '@/core/offline/shelf';

/** Pauses between attempts; milliseconds. */
const PAUSE = { first: 2000, longest: 20_000 };

export interface UploadQueueHandle {
  entries: ShallowRef<Entry<Sent>[]>;
  holdup: Ref<Holdup>;
  sending: Ref<boolean>;
  /** When it is tried again by itself; null while nothing waits for that. */
  nextAt: Ref<Date | null>;
  /** Whether it outlives a reload; false in a browser that allows no storage. */
  lasting: Ref<boolean>;
  /** Takes a step down and begins to send; resolves once it can't be lost any more. */
  add: (step: NewEntry) => Promise<Entry<Sent>>;
  /** Sends what waits; resolves when all went or something holds it up. */
  send: () => Promise<void>;
  retry: (id: string) => Promise<void>;
  drop: (id: string, options?: { keepPhotos?: boolean }) => Promise<void>;
}

/** @param account whose steps are sent; without it, a resident's. @param onSettled called after a step was taken or refused. */
export function useUploadQueue(
  account: (() => string | null) | 'resident',
  onSettled: (entry: Entry<Sent>) => void = () => {},
): UploadQueueHandle {
  const entries = shallowRef<Entry<Sent>[]>([]);
  const holdup = ref<Holdup>('none');
  const sending = ref(false);
  const nextAt = ref<Date | null>(null);
  const lasting = ref(true);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  const told = (now: Entry<Sent>[]): void => {
    const before = new Map(entries.value.map((e) => [e.id, e.state]));
    entries.value = now;
    for (const entry of now) if (entry.state !== 'waiting' && before.get(entry.id) === 'waiting') onSettled(entry);
  };
  const resident = account === 'resident';
  const who = (): string | null => (resident ? null : account());
  const opened = shelf().then(async (found) => {
    lasting.value = found.lasting;
    const outbox = resident
      ? new UploadQueue<Sent>(found, uploader('omit'), told, undefined, 'reports')
      : new UploadQueue<Sent>(found, uploader('same-origin'), told);
    entries.value = await outbox.entries();
    return outbox;
  });

  async function send(): Promise<void> {
    clearTimeout(timer);
    nextAt.value = null;
    const outbox = await opened;
    if (!entries.value.some((e) => e.state === 'waiting')) return;
    sending.value = true;
    try {
      // Two windows of one phone take turns; the keys would keep a step single even without that.
      holdup.value = await (navigator.locks
        ? navigator.locks.request('onemap-outbox', () => outbox.run(who()))
        : outbox.run(who()));
    } finally {
      sending.value = false;
    }
    if (holdup.value === 'network' || holdup.value === 'busy') {
      const pause = Math.max(outbox.pause_ms, backoff(failures, PAUSE));
      timer = setTimeout(() => void send(), pause);
      nextAt.value = new Date(Date.now() + pause);
      failures += 1;
    } else {
      failures = 0;
    }
  }

  const hurry = (): void => {
    failures = 0;
    void send();
  };
  const seen = (): void => {
    if (document.visibilityState === 'visible') hurry();
  };
  addEventListener('online', hurry);
  document.addEventListener('visibilitychange', seen);
  onScopeDispose(() => {
    clearTimeout(timer);
    removeEventListener('online', hurry);
    document.removeEventListener('visibilitychange', seen);
  });

  return {
    entries,
    holdup,
    sending,
    nextAt,
    lasting,
    async add(step) {
      const entry = await (await opened).add(step);
      // Without this the browser may clear the shelf when the phone is full.
      void navigator.storage?.persist?.().catch(() => {});
      hurry();
      return entry;
    },
    send,
    async retry(id) {
      await (await opened).retry(id);
      hurry();
    },
    async drop(id, options) {
      await (await opened).drop(id, options);
      hurry();
    },
  };
}
