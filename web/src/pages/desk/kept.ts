// Settings that an officer saves in the browser: filters and usual reasons. Each account has its own.
import { useLocalStorage } from '@vueuse/core';
import { computed, inject, type ComputedRef, type InjectionKey, type Ref } from 'vue';

/** The account that is signed in. */
export const accountKey: InjectionKey<ComputedRef<string | undefined>> = Symbol('account');

/** A list that is stored under this name for the account that is signed in. */
export function useKept<T>(name: string): Ref<T[]> {
  const account = inject(
    accountKey,
    computed(() => undefined),
  );
  return useLocalStorage<T[]>(() => `onemap.desk.${name}/${encodeURIComponent(account.value ?? '')}`, [], {
    onError: () => {}, // without storage, the list is kept for this visit only
  });
}
