// The start of routes: the phone's position, or a place or gate chosen instead. It is kept only in the memory of the
// page.
import { computed, shallowRef, watch, type ComputedRef } from 'vue';
import type { Position } from 'geojson';
import { usePosition, type PositionHandle } from '@/core/position/usePosition';
import type { From } from './client';
import { corrected } from './datum';

/** A place on the map, or a gate of the compound. */
export type Start = { kind: 'place'; at: Position } | { kind: 'gate'; id: string; at: Position };

/** The start chosen instead of the phone's position. It applies to every screen until the page is closed. */
export const chosenStart = shallowRef<Start | null>(null);

/** How long the last position is used to say which gate is nearer, in milliseconds. */
const RECENT = 5 * 60_000;
const last = shallowRef<{ at: Position; until: number } | null>(null);

const fromOf = (chosen: Start | null, here: Position | null | undefined): From | null => {
  if (chosen?.kind === 'gate') return { entrance: chosen.id };
  const [lon, lat] = chosen?.at ?? here ?? [];
  return lon === undefined || lat === undefined ? null : { lon, lat };
};

/**
 * The chosen start, or else the phone's position if a screen has requested it in the last minutes. This function does
 * not request the position itself.
 */
export const recentStart = (): From | null =>
  fromOf(chosenStart.value, last.value && Date.now() < last.value.until ? last.value.at : null);

/** The destination of the last route. The map for choosing a start is centred on it. */
export const destination = shallowRef<Position | null>(null);

export interface StartHandle {
  position: PositionHandle;
  /** The start of a request; null while it is unknown. */
  from: ComputedRef<From | null>;
  here: ComputedRef<Position | null>;
  /** Requests the phone's position, unless a start was chosen. */
  begin: () => void;
  /** Removes the chosen start and uses the phone's position again. */
  usePhone: () => void;
}

export function useStart(): StartHandle {
  const position = usePosition();
  const here = computed<Position | null>(() =>
    position.here.value ? corrected([position.here.value.lon, position.here.value.lat]) : null,
  );
  watch(here, (at) => {
    if (at) last.value = { at, until: Date.now() + RECENT };
  });
  const from = computed(() => fromOf(chosenStart.value, here.value));
  const begin = (): void => {
    if (chosenStart.value === null && position.state.value !== 'known') position.follow();
  };
  return {
    position,
    from,
    here,
    begin,
    usePhone() {
      chosenStart.value = null;
      position.follow();
    },
  };
}
