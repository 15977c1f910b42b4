// Where somebody sets out: where the phone is, or what they chose in its place. It is kept in the page's memory only.
import { computed, shallowRef, type ComputedRef } from 'vue';
import type { Position } from 'geojson';
import { usePosition, type PositionHandle } from '@/core/position/usePosition';
import type { From } from './client';

/** A place on the map, or a gate of the compound. */
export type Start = { kind: 'place'; at: Position } | { kind: 'gate'; id: string; at: Position };

/** What was chosen instead of the phone's position; for this visit, on every screen. */
export const chosenStart = shallowRef<Start | null>(null);

/** Where the way leads that was asked for last: a map on which a start is chosen begins there. */
export const destination = shallowRef<Position | null>(null);

export interface StartHandle {
  position: PositionHandle;
  /** From where a question is asked; null while nobody knows. */
  from: ComputedRef<From | null>;
  here: ComputedRef<Position | null>;
  /** Asks for the position unless a start was chosen. */
  begin: () => void;
  /** Goes back to the phone's position. */
  usePhone: () => void;
}

export function useStart(): StartHandle {
  const position = usePosition();
  const here = computed<Position | null>(() =>
    position.here.value ? [position.here.value.lon, position.here.value.lat] : null,
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
