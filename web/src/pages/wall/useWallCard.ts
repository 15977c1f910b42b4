// The card of a grid on the wall: opened by a click on the map, by a key, or from another panel.
import { useTimeoutFn } from '@vueuse/core';
import type { MapLibreMap } from 'maplibre-gl';
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import type { CardOf } from '@/core/card/useCard';
import { distanceTo_m } from '@/core/position/measure';
import type { Wall } from './useWall';
import type { Grid } from './wallState';

/** The smallest area at a position: a grid, else a community, else the street; null outside of all. */
export function areaAt(grids: Iterable<Grid>, position: [number, number]): string | null {
  const kinds = ['grid', 'community', 'street'];
  let found: Grid | null = null;
  for (const grid of grids) {
    const isSmaller = found === null || kinds.indexOf(grid.kind) < kinds.indexOf(found.kind);
    if (isSmaller && distanceTo_m(position, grid.geometry) === 0) found = grid;
  }
  return found?.id ?? null;
}

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

  // The map handles no pointers itself, so that nobody moves it by accident.
  function clicked(map: MapLibreMap, event: MouseEvent): void {
    const { left, top } = map.getContainer().getBoundingClientRect();
    const { lng, lat } = map.unproject([event.clientX - left, event.clientY - top]);
    const id = areaAt(wall.state.grids.value.values(), [lng, lat]);
    if (id !== null) open({ kind: 'grid', id });
  }

  let listening: AbortController | null = null;
  function listen(map: MapLibreMap | null): void {
    listening?.abort();
    listening = new AbortController();
    const { signal } = listening;
    map?.getContainer().addEventListener('click', (event) => clicked(map, event), { signal });
  }

  watch(wall.map.map, listen, { immediate: true });
  onScopeDispose(() => listening?.abort());
  return { shown, open, close: () => (shown.value = null), openCurrent };
}
