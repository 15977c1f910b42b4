// Notices of new tasks while the page is open: a notification, a sound, and a number on the app's icon and in the title
// of the tab. Nothing is asked of the browser before the worker switched them on.
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue';
import { tone } from '@/core/page/tone';
import { todoOf, type Task } from './tasks';

const KEY = 'onemap.field.notices';

/** `off`: not wanted. `on`: with notifications. `sound`: wanted, but the browser shows no notifications for this page. */
export type NoticeState = 'off' | 'on' | 'sound';

export interface Notices {
  state: ComputedRef<NoticeState>;
  /** The ids of the cases that are new since the worker looked last. */
  fresh: Ref<ReadonlySet<string>>;
  switchOn: () => Promise<void>;
  switchOff: () => void;
  /** The worker has seen the list, or this case. */
  seen: (id?: string) => void;
}

const kept = (): boolean => {
  try {
    return localStorage.getItem(KEY) === 'on';
  } catch {
    return false; // storage may be blocked
  }
};

/** Whether the worker wants notices. Also read by the poll, which then continues in a hidden tab. */
export const isWanted = ref(kept());

const permission = ref<NotificationPermission>('Notification' in globalThis ? Notification.permission : 'denied');

function want(yes: boolean): void {
  isWanted.value = yes;
  try {
    if (yes) localStorage.setItem(KEY, 'on');
    else localStorage.removeItem(KEY);
  } catch {
    // Without storage the choice lasts until the page is closed.
  }
}

/** The notification that this page shows without a service worker. */
let shown: Notification | null = null;

async function show(title: string, body: string): Promise<void> {
  const options = { body, tag: 'onemap-field-tasks' };
  // Chrome on phones shows notifications only through the service worker.
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker?.active) return worker.showNotification(title, options);
  shown?.close();
  shown = new Notification(title, options);
}

/**
 * @param tasks the tasks; null while they are not known from the server. The first known ones are not new.
 * @param say the title and the text of a notification.
 */
export function useNotices(
  tasks: () => readonly Task[] | null,
  say: (fresh: readonly Task[]) => { title: string; body: string },
): Notices {
  const fresh = shallowRef<ReadonlySet<string>>(new Set());
  let known: Set<string> | null = null;

  watch(tasks, (now) => {
    if (!now) return;
    const todo = todoOf(now);
    const keys = new Set(todo.map((t) => `${t.duty}:${t.case.id}`));
    const before = known;
    known = keys;
    if (!before) return;
    const added = todo.filter((t) => !before.has(`${t.duty}:${t.case.id}`));
    const still = new Set(todo.map((t) => t.case.id));
    if (added.length > 0 || [...fresh.value].some((id) => !still.has(id)))
      fresh.value = new Set([...fresh.value, ...added.map((t) => t.case.id)].filter((id) => still.has(id)));
    if (added.length === 0 || !isWanted.value) return;
    void tone().catch(() => {});
    const { title, body } = say(added);
    if (permission.value === 'granted') void show(title, body).catch(() => {});
  });
  // The number on the icon of the installed app.
  watch(
    () => (isWanted.value ? fresh.value.size : 0),
    (count) => void (count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.())?.catch(() => {}),
  );

  return {
    state: computed(() => (isWanted.value ? (permission.value === 'granted' ? 'on' : 'sound') : 'off')),
    fresh,
    async switchOn() {
      want(true);
      if ('Notification' in globalThis) permission.value = await Notification.requestPermission();
      // A sound now tells the worker how it sounds, and this tap allows the page to play it later.
      await tone().catch(() => {});
    },
    switchOff: () => want(false),
    seen(id) {
      fresh.value = new Set([...fresh.value].filter((one) => id !== undefined && one !== id));
    },
  };
}
