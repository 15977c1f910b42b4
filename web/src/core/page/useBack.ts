// Returns to the previous screen, as the phone's own back button does.
import { useRouter, type RouteLocationRaw } from 'vue-router';

/**
 * Goes back within the page, or to `to` if there is no previous screen, for example after a link from outside.
 */
export function useBack(): (to: RouteLocationRaw) => void {
  const router = useRouter();
  return (to) => {
    const before: unknown = (router.options.history.state as { back?: unknown }).back;
    if (typeof before === 'string') router.back();
    else void router.replace(to);
  };
}
