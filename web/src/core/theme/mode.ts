// Light or dark mode, for pages that support both: as the system setting, or as chosen in this browser.
// `?theme=dark` sets it for one visit.
import { onScopeDispose, ref, watchEffect, type InjectionKey, type Ref } from 'vue';

export type Mode = 'light' | 'dark';

const KEY = 'onemap.theme';

/** The mode of the page, for components that have to redraw themselves, such as maps. */
export const modeKey: InjectionKey<Ref<Mode>> = Symbol('mode');

const parse = (value: string | null): Mode | null => (value === 'light' || value === 'dark' ? value : null);

function asked(): Mode | null {
  try {
    return parse(new URLSearchParams(location.search).get('theme')) ?? parse(localStorage.getItem(KEY));
  } catch {
    return null; // storage may be forbidden
  }
}

/** Sets the class of the theme on the document while the page is open. */
export function useMode(): { mode: Ref<Mode>; choose: (to: Mode) => void } {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = ref<Mode | null>(asked());
  const mode = ref<Mode>('light');
  const follow = (): void => {
    mode.value = chosen.value ?? (system.matches ? 'dark' : 'light');
  };
  follow();
  system.addEventListener('change', follow);
  watchEffect(() => document.documentElement.classList.toggle('theme-dark', mode.value === 'dark'));
  onScopeDispose(() => {
    system.removeEventListener('change', follow);
    document.documentElement.classList.remove('theme-dark');
  });
  return {
    mode,
    choose(to) {
      chosen.value = to;
      follow();
      try {
        localStorage.setItem(KEY, to);
      } catch {
        // Without storage, the choice is valid for this visit only.
      }
    },
  };
}
