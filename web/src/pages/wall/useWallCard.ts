// The card of a grid on the wall: opened by a key, a button, or a click on the map.
import { useTimeoutFn } from '@vueuse/core';
import { shallowRef, type ShallowRef } from 'vue';
import type { CardOf } from '@/core/card/useCard';
import type { Wall } from './useWall';

/** How long a card stays open on a screen that nobody touches, in milliseconds. */
const STAYS = 5 * 60_000;

export function useWallCard(wall: Wall): {
  shown: ShallowRef<CardOf | null>;
  open: (of: CardOf) => void;
  close: () => void;
  /** Opens the card of what the screen is about: the looked-at community, the grid of the red case, or the street. */
  openCurrent: () => void;
} {
  const shown = shallowRef<CardOf | null>(null);
  const leave = useTimeoutFn(() => (shown.value = null), STAYS, { immediate: false });

  function open(of: CardOf): void {
    // While somebody reads, the camera stays.
    wall.tour.touch();
    shown.value = of;
    leave.start();
  }

  function openCurrent(): void {
    const street = [...wall.state.grids.value.values()].find((grid) => grid.kind === 'street');
    const id = wall.community.value || wall.focused.value?.properties.grid || street?.id;
    if (id) open({ kind: 'grid', id });
  }

  return { shown, open, close: () => (shown.value = null), openCurrent };
}
