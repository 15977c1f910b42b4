// A message that says what was done and disappears by itself.
import { useTimeoutFn } from '@vueuse/core';
import { shallowRef, type ShallowRef } from 'vue';

export interface ToastHandle<T> {
  toast: ShallowRef<T | null>;
  /** Shows a message in place of the previous one. With `stay` it remains until it is dropped. */
  show: (toast: T, options?: { stay?: boolean }) => void;
  drop: () => void;
}

/** @param time how long a message is shown, in milliseconds. */
export function useToast<T>(time = 9000): ToastHandle<T> {
  const toast = shallowRef<T | null>(null);
  const { start, stop } = useTimeoutFn(() => (toast.value = null), time, { immediate: false });
  return {
    toast,
    show(next, { stay = false } = {}) {
      toast.value = next;
      if (stay) stop();
      else start();
    },
    drop() {
      stop();
      toast.value = null;
    },
  };
}
