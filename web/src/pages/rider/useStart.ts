// The start of routes: the phone's position, or a place or gate chosen instead. It is kept only in the memory of the
// page.
import { computed, shallowRef, type ComputedRef } from 'vue';
import type { Position } from 'geojson';
import { usePosition, type PositionHandle } from '@/core/position/usePosition';
import type { From } from './client';
import { corrected } from './datum';

/** A place on the map, or a gate of the compound. */
export type Start = { kind: 'place'; at: Position } | { kind: 'gate'; id: string; at: Position };

/** The start chosen instead of the phone's position. It applies to every screen until the page is closed. */
export const chosenStart = shallowRef<Start | null>(null);

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
  const from = computed<From | null>(() => {
    const chosen = chosenStart.value;
    if (chosen?.kind === 'gate') return { entrance: chosen.id };
    const [lon, lat] = chosen?.at ?? here.value ?? [];
    return lon === undefined || lat === undefined ? null : { lon, lat };
  });
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
