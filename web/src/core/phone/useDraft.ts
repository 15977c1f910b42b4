// Stores an unsent form on the phone at each change, because a phone may close the page while its camera is
// open.
import { onScopeDispose, ref, watch, type Ref } from 'vue';
import { phoneStorage } from '@/core/offline/phoneStorage';

interface Kept<T> {
  id: string;
  value: T;
}

/**
 * The draft with this id, initially `empty`. `ready` resolves when the stored draft is loaded.
 * `clear` deletes it.
 */
export function useDraft<T extends object>(
  id: string,
  empty: () => T,
): { draft: Ref<T>; ready: Promise<void>; clear: () => Promise<void> } {
  const draft = ref(empty()) as Ref<T>;
  let over = false;
  const ready = phoneStorage().then(async (found) => {
    const kept = await found.get<Kept<T>>('drafts', id);
    if (!kept) return;
    // What was entered while the stored draft was loading stays.
    const [fresh, now] = [empty(), draft.value];
    const isEntered = (key: string): boolean =>
      JSON.stringify(now[key as keyof T]) !== JSON.stringify(fresh[key as keyof T]);
    const entered = Object.fromEntries(Object.entries(now).filter(([key]) => isEntered(key)));
    draft.value = { ...fresh, ...kept.value, ...entered };
  });
  let writing: Promise<void> = ready;
  const stop = watch(
    draft,
    (now) => {
      // IndexedDB cannot store Vue's proxies, so the value is copied.
      const value = JSON.parse(JSON.stringify(now)) as T;
      writing = writing.then(async () => {
        if (!over) await (await phoneStorage()).put('drafts', { id, value } as Kept<T>);
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
      await (await phoneStorage()).delete('drafts', id);
    },
  };
}
