// Tells of new red cases, if wanted: a tone, and while the page is not looked at, their number on the tab.
import { useDocumentVisibility, useLocalStorage, useWindowFocus } from '@vueuse/core';
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue';
import icon from '@/assets/favicon.svg?raw';
import { isOpen, levelOf } from '@/core/ledger/case';
import type { Case } from '@/core/ledger/types';
import { useSound } from '@/core/page/sound';

export interface Change {
  before: Case | undefined;
  after: Case | undefined;
}

export interface Alerts {
  /** Whether alerts are wanted. Stored in the browser; off at first. */
  wanted: Ref<boolean>;
  /** The number of red cases since the page was last looked at. */
  unseen: Ref<number>;
  /** Whether the browser forbids sound. */
  blocked: ComputedRef<boolean>;
  /** Looks at changed cases and tells of the new red ones. */
  heard: (changes: readonly Change[]) => void;
}

/** Whether a case rings. Drills and cases that are held as spam do not. */
const isRed = (c: Case | undefined): boolean =>
  c !== undefined && levelOf(c) === 'red' && isOpen(c) && !c.properties.held && !c.properties.exercise;

/** The cases that have become red. */
export const newReds = (changes: readonly Change[]): Case[] =>
  changes.flatMap(({ before, after }) => (after && isRed(after) && !isRed(before) ? [after] : []));

/** The icon of the tab with a number. */
export function iconWith(n: number): string {
  const text = `font-family="sans-serif" font-size="11" font-weight="700" text-anchor="middle" fill="#fff"`;
  const badge = `<circle cx="16" cy="16" r="8" fill="#d92b34"/><text x="16" y="20" ${text}>${n > 9 ? '9+' : n}</text>`;
  return `data:image/svg+xml,${encodeURIComponent(icon.replace('</svg>', `${badge}</svg>`))}`;
}

export function useAlerts(on: { reds: (cases: Case[]) => void }): Alerts {
  const wanted = useLocalStorage('onemap.desk.alerts', false, { onError: () => {} });
  const unseen = ref(0);
  const visibility = useDocumentVisibility();
  const focused = useWindowFocus();
  const sound = useSound(() => wanted.value);
  const isSeen = computed(() => visibility.value === 'visible' && focused.value);

  watch([isSeen, wanted], () => {
    if (isSeen.value || !wanted.value) unseen.value = 0;
  });
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const plain = link?.href ?? '';
  watch(unseen, (n) => {
    if (link) link.href = n > 0 ? iconWith(n) : plain;
  });

  return {
    wanted,
    unseen,
    blocked: computed(() => sound.blocked.value),
    heard(changes) {
      const reds = newReds(changes);
      if (!wanted.value || reds.length === 0) return;
      sound.news();
      if (!isSeen.value) unseen.value += reds.length;
      on.reds(reds);
    },
  };
}
