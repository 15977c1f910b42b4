// Handles the keyboard and the pointer of the wall screen, which is unattended most of the time.
import { useEventListener, useTimeoutFn } from '@vueuse/core';
import { ref, type Ref } from 'vue';
import { lang, setLanguage } from '@/core/i18n/lang';
import { isTaken, keyOf, type WallKeys } from './keys';
import { VIEWS, type View } from './settings';
import type { Wall } from './useWall';
import type { useWallCard } from './useWallCard';
import { words } from './words';

/** How long the buttons stay visible after an action, in milliseconds. */
const TOOLS = 5000;
/** The seconds per stop when a key starts the tour and no value was set. */
const USUAL_TOUR = 20;

export type WallDialog = 'settings' | 'help';

export function useHands(
  wall: Wall,
  dialog: Ref<WallDialog | null>,
  toggleFull: () => void,
  card: Pick<ReturnType<typeof useWallCard>, 'shown' | 'openCurrent'>,
): { toolsShown: Ref<boolean> } {
  const { tour, past, rotation, settings, change, say } = wall;
  const toolsShown = ref(false);
  const hide = useTimeoutFn(() => (toolsShown.value = false), TOOLS, { immediate: false });

  /** The views whose key, pressed again, shows the next standard, theme or project. */
  const again: Partial<Record<View, () => void>> = {
    coverage: wall.showCoverage,
    themes: wall.showThemes,
    projects: wall.showProjects,
  };
  const keys: WallKeys = {
    ...Object.fromEntries(VIEWS.map((view, i) => [String(i + 1), again[view] ?? (() => change({ view }))])),
    t() {
      change({ tour: settings.value.tour > 0 ? 0 : USUAL_TOUR });
      say(
        settings.value.tour > 0
          ? { zh: words.zh.tourOn, en: words.en.tourOn }
          : { zh: words.zh.tourOff, en: words.en.tourOff },
      );
    },
    ' ': () => (past.isPast ? (past.playing ? past.pause() : past.play(past.speed)) : wall.togglePause()),
    ArrowLeft: () => tour.step(-1),
    ArrowRight: () => tour.step(1),
    b: wall.nextBeside,
    f: toggleFull,
    g: card.openCurrent,
    l: () => setLanguage(lang.value === 'zh' ? 'en' : 'zh'),
    s: () => (dialog.value = 'settings'),
    '?': () => (dialog.value = 'help'),
    Escape: () => (past.isPast ? past.toLive() : tour.home()),
  };

  function pressed(event: KeyboardEvent): void {
    past.touch();
    rotation.touch();
    if (dialog.value || card.shown.value || event.defaultPrevented) return;
    const name = keyOf(event);
    const act = isTaken(name, event.target) ? undefined : keys[name];
    // The keys of the tour pause or continue it themselves, and full screen (F) and language (L) do not pause it. Every
    // other key pauses the tour.
    if (!act || !['t', ' ', 'ArrowLeft', 'ArrowRight', 'Escape', 'f', 'l'].includes(name)) tour.touch();
    if (!act) return;
    event.preventDefault();
    act();
  }

  function touched(): void {
    past.touch();
    rotation.touch();
    tour.touch();
  }

  useEventListener('keydown', pressed);
  useEventListener('pointerdown', touched);
  useEventListener('wheel', touched, { passive: true });
  useEventListener('pointermove', () => {
    toolsShown.value = true;
    hide.start();
  });
  return { toolsShown };
}
