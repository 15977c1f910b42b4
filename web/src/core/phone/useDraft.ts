// A form that is not sent yet, kept on the phone at each change: a phone may close the page while its camera
// is open.
import { onScopeDispose, ref, watch, type Ref } from 'vue';
import { shelf } from '@/core/offline/shelf';

interface Kept<T> {
  id: string;
  value: T;
}

/** The draft under `id`, begun with `empty`; `ready` once what was kept is there. */
export function useDraft<T extends object>(
  id: string,
  empty: () => T,
): { draft: Ref<T>; ready: Promise<void>; clear: () => Promise<void> } {
  const draft = ref(empty()) as Ref<T>;
  let over = false;
  const ready = shelf().then(async (found) => {
    const kept = await found.get<Kept<T>>('drafts', id);
    if (kept) draft.value = { ...empty(), ...kept.value };
  });
  let writing: Promise<void> = ready;
  const stop = watch(
    draft,
    (now) => {
      // Out of Vue's hands: IndexedDB can't clone a proxy.
      const value = JSON.parse(JSON.stringify(now)) as T;
      writing = writing.then(async () => {
        if (!over) await (await shelf()).put('drafts', { id, value } as Kept<T>);
      });
    },
    { deep: true },
  );
  onScopeDispose(stop);
  return {
    draft,
    ready,
    async clear() {
      over = true;
      await writing;
      await (await shelf()).delete('drafts', id);
    },
  };
}
