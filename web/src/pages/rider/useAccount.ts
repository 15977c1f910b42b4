// The account that is signed in on this phone. Riders' accounts see door codes, and their reports close gates.
import { computed, shallowRef } from 'vue';
import { session } from '@/core/api/client';
import type { Session } from '@/core/api/types';

const account = shallowRef<Session | null>(null);
let asked: Promise<void> | null = null;

/** `anybody` while nobody is signed in, or while it is not known who is signed in. */
const kind = computed<'anybody' | 'rider' | 'staff'>(() => {
  const roles = account.value?.roles ?? [];
  if (['grid_worker', 'officer', 'admin'].some((role) => roles.includes(role))) return 'staff';
  return roles.some((role) => role !== 'public') ? 'rider' : 'anybody';
});

export function useAccount() {
  asked ??= session()
    .then((found) => void (account.value = found))
    .catch(() => void (asked = null)); // without a network nobody is signed in; the next screen asks again
  return {
    kind,
    /** Whether it is known who is signed in. */
    isKnown: computed(() => account.value !== null),
    name: computed(() => account.value?.account ?? ''),
  };
}
