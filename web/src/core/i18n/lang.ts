// The language of the page: Chinese by default, English by a switch or `?lang=en`. The choice by
// the switch is stored in the browser.
import { computed, ref, type ComputedRef } from 'vue';

export type Lang = 'zh' | 'en';

/** A text in both languages, as the API sends it. */
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
    return 'zh'; // storage may be forbidden, and tests have no address
  }
}

export const lang = ref<Lang>(initial());

/** Sets the language of the document, so that fonts, hyphenation and screen readers use it. */
export function applyLanguage(): void {
  document.documentElement.lang = lang.value === 'zh' ? 'zh-CN' : 'en';
}

export function setLanguage(to: Lang): void {
  lang.value = to;
  applyLanguage();
  try {
    localStorage.setItem(KEY, to);
  } catch {
    // Without storage, the choice is valid for this visit only.
  }
}

/** The text in the current language, or in the other one if it is empty. */
export function pick(text: Partial<Bilingual> | null | undefined, in_: Lang = lang.value): string {
  if (!text) return '';
  return text[in_] || text.zh || text.en || '';
}

/** The words of a page in the current language, from an object with both. */
export function useWords<T>(words: Record<Lang, T>): ComputedRef<T> {
  return computed(() => words[lang.value]);
}
