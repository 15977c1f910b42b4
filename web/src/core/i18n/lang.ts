// The language of the page: Chinese first, English by a switch or `?lang=en`; remembered on this machine.
import { computed, ref, type ComputedRef } from 'vue';

export type Lang = 'zh' | 'en';

/** A text in both languages, as the interface sends it. */
export interface Bilingual {
  zh: string;
  en: string;
}

const KEY = 'onemap.lang';

function initial(): Lang {
  try {
    const asked = new URLSearchParams(location.search).get('lang');
    if (asked === 'en' || asked === 'zh') return asked;
    return localStorage.getItem(KEY) === 'en' ? 'en' : 'zh';
  } catch {
    return 'zh'; // storage may be forbidden, and a test has no address
  }
}

export const lang = ref<Lang>(initial());

/** Tells the document its language, so that fonts, hyphens and screen readers follow. */
export function applyLanguage(): void {
  document.documentElement.lang = lang.value === 'zh' ? 'zh-CN' : 'en';
}

export function setLanguage(to: Lang): void {
  lang.value = to;
  applyLanguage();
  try {
    localStorage.setItem(KEY, to);
  } catch {
    // The switch still works for this visit.
  }
}

/** The side of a bilingual text to show; the other one where it is empty. */
export function pick(text: Partial<Bilingual> | null | undefined, in_: Lang = lang.value): string {
  if (!text) return '';
  return text[in_] || text.zh || text.en || '';
}

/** A page's own words: both languages side by side, the current one by access. */
export function useWords<T>(words: Record<Lang, T>): ComputedRef<T> {
  return computed(() => words[lang.value]);
}
