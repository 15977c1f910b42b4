// The upload queue for pages: its entries, what holds them up, and automatic retries. Browsers report "online"
// with any network, so only an attempt shows whether the server can be reached.
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { backoff } from '@/core/live/backoff';
import { uploader, type Sent } from '@/core/offline/uploader';
import { UploadQueue, type Entry, type Holdup, type NewEntry } from '@/core/offline/uploadQueue';
import { phoneStorage } from '@/core/offline/phoneStorage';

/** The pauses between attempts, in milliseconds. */
const PAUSE = { first: 2000, longest: 20_000 };

export interface UploadQueueHandle {
  entries: ShallowRef<Entry<Sent>[]>;
  holdup: Ref<Holdup>;
  sending: Ref<boolean>;
  /** When the next automatic attempt happens; null if none is planned. */
  nextAt: Ref<Date | null>;
  /** Whether the queue survives a reload; false if the browser allows no storage. */
  lasting: Ref<boolean>;
  /** Adds a step and starts to send. Resolves when the step is stored. */
  add: (step: NewEntry) => Promise<Entry<Sent>>;
  /** Sends the waiting steps. Resolves when all are sent or something holds them up. */
  send: () => Promise<void>;
  retry: (id: string) => Promise<void>;
  drop: (id: string, options?: { keepPhotos?: boolean }) => Promise<void>;
}

/**
 * @param account returns the account whose steps are sent; `resident` for the reports of a
 * resident.
 * @param onSettled called after a step was accepted or refused.
 */
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
  const opened = phoneStorage().then(async (found) => {
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
      // Two windows of one phone take turns. Even without this, the keys would prevent duplicate steps.
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
      // Without this, the browser may delete the stored data when the phone is full.
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
