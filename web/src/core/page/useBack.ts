// Back to the screen before: what the phone's own back button does.
import { useRouter, type RouteLocationRaw } from 'vue-router';

/** Goes back within the page, or to `to` where nothing is behind, as after a link from elsewhere. */
export function useBack(): (to: RouteLocationRaw) => void {
  const router = useRouter();
  return (to) => {
    const before: unknown = (router.options.history.state as { back?: unknown }).back;
    if (typeof before === 'string') router.back();
    else void router.replace(to);
  };
}
