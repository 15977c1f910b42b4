// The position of the phone. It is requested only while a page needs it, and the state says why it may be
// unknown.
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';

export interface Here {
  lon: number;
  lat: number;
  /** The accuracy that the phone reports, as a radius in metres. */
  accuracy_m: number;
  at: Date;
}

/** `asking` until the person has answered. `denied` and `unavailable` are explained with different texts. */
export type PositionState = 'off' | 'asking' | 'known' | 'denied' | 'unavailable';

export interface PositionHandle {
  here: ShallowRef<Here | null>;
  state: Ref<PositionState>;
  /** Follows the position until the page ends. The browser asks for permission the first time. */
  follow: () => void;
}

export function usePosition(): PositionHandle {
  const here = shallowRef<Here | null>(null);
  const state = ref<PositionState>('off');
  let watching: number | null = null;

  const stop = (): void => {
    if (watching !== null) navigator.geolocation.clearWatch(watching);
    watching = null;
  };
  onScopeDispose(stop);

  return {
    here,
    state,
    follow() {
      stop();
      // Browsers give positions only to secure origins (https or localhost).
      if (!('geolocation' in navigator)) {
        state.value = 'unavailable';
        return;
      }
      if (state.value !== 'known') state.value = 'asking';
      watching = navigator.geolocation.watchPosition(
        ({ coords, timestamp }) => {
          here.value = {
            lon: coords.longitude,
            lat: coords.latitude,
            accuracy_m: coords.accuracy,
            at: new Date(timestamp),
          };
          state.value = 'known';
        },
        (error) => {
          // After a failure the last position stays; its age shows how current it is.
          if (error.code === error.PERMISSION_DENIED) state.value = 'denied';
          else if (!here.value) state.value = 'unavailable';
        },
        { enableHighAccuracy: true, maximumAge: 5000, timeout: 20_000 },
      );
    },
  };
}
