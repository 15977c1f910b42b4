// The mode of the desk, its dialog and the selected case, synchronised with the address: a link opens what it
// names, and the browser's back button closes it.
import { computed, ref, shallowRef, watch, type ShallowRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { addressOf, isDialog, modeOf, openedAt, openFor, type Dialog, type Mode, type Opened } from './mode';

export interface DeskMode {
  mode: Readonly<ShallowRef<Mode>>;
  dialog: Readonly<ShallowRef<Dialog | null>>;
  /**
   * The selected case. Setting it adds no entry to the browser's history, because people step through the queue
   * by key.
   */
  selectedId: ReturnType<typeof computed<string | null>>;
  /** Opens a case with an entry in the browser's history. */
  select: (id: string) => void;
  open: (what: NonNullable<Opened['open']>) => void;
  /** Closes the dialog, or returns from another mode to the case. */
  close: () => void;
  /** Changes the place of the new report. */
  place: (to: Extract<Mode, { kind: 'report' }>['place']) => void;
}

export function useDeskMode(): DeskMode {
  const route = useRoute();
  const router = useRouter();
  const opened = ref<Opened>(openedAt(route));
  const mode = shallowRef<Mode>(modeOf(opened.value));
  const dialog = shallowRef<Dialog | null>(null);

  function show(next: Opened): void {
    opened.value = next;
    dialog.value = isDialog(next.open) ? next.open : null;
    // A dialog does not change the mode below it.
    if (dialog.value) return;
    const to = modeOf(next);
    if (openFor(to) !== openFor(mode.value)) mode.value = to;
  }

  function go(next: Opened, how: 'push' | 'replace'): void {
    show(next);
    const to = router.resolve(addressOf(next, route.query));
    if (to.fullPath !== route.fullPath) void router[how](to);
  }

  watch(
    () => route.fullPath,
    () => show(openedAt(route)),
  );
  show(opened.value);

  return {
    mode,
    dialog,
    selectedId: computed({
      get: () => opened.value.case,
      set: (id) => go({ case: id, open: null }, 'replace'),
    }),
    select: (id) =>
      go({ case: id, open: null }, opened.value.case === null ? 'push' : id === opened.value.case ? 'replace' : 'push'),
    open: (what) => go({ case: opened.value.case, open: what }, 'push'),
    close() {
      const next: Opened = {
        case: opened.value.case,
        open: dialog.value ? openFor(mode.value) : null,
      };
      show(next);
      const to = router.resolve(addressOf(next, route.query)).fullPath;
      // Goes back if this page opened it. After a link from outside there is no previous entry.
      if ((router.options.history.state as { back?: unknown }).back === to) router.back();
      else void router.replace(to);
    },
    place(to) {
      mode.value = { kind: 'report', place: to };
    },
  };
}
