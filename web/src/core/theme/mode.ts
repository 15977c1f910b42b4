// Light or dark, for the pages that are both: as the system says until somebody chooses, then as chosen on this
// machine. `?theme=dark` asks for one visit.
import { onScopeDispose, ref, watchEffect, type InjectionKey, type Ref } from 'vue';

export type Mode = 'light' | 'dark';

const KEY = 'onemap.theme';

/** The page's mode, for parts deep within it that must draw themselves anew, as a map. */
export const modeKey: InjectionKey<Ref<Mode>> = Symbol('mode');

const parse = (value: string | null): Mode | null => (value === 'light' || value === 'dark' ? value : null);

function asked(): Mode | null {
  try {
    return parse(new URLSearchParams(location.search).get('theme')) ?? parse(localStorage.getItem(KEY));
  } catch {
    return null; // storage may be forbidden
  }
}

/** Puts the room's class on the document while the page lives. */
export function useMode(): { mode: Ref<Mode>; choose: (to: Mode) => void } {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = ref<Mode | null>(asked());
  const mode = ref<Mode>('light');
  const follow = (): void => {
    mode.value = chosen.value ?? (system.matches ? 'dark' : 'light');
  };
  follow();
  system.addEventListener('change', follow);
  watchEffect(() => document.documentElement.classList.toggle('room-dark', mode.value === 'dark'));
  onScopeDispose(() => {
    system.removeEventListener('change', follow);
    document.documentElement.classList.remove('room-dark');
  });
  return {
    mode,
    choose(to) {
      chosen.value = to;
      follow();
      try {
        localStorage.setItem(KEY, to);
      } catch {
        // The choice still holds for this visit.
      }
    },
  };
}
