// Where the phone is, asked for only while a page needs it, and never without saying why it may not be known.
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';

export interface Here {
  lon: number;
  lat: number;
  /** Radius within which the phone believes to be; metres. */
  accuracy_m: number;
  at: Date;
}

/** `asking` until the person has answered; `denied` and `unavailable` need different words. */
export type PositionState = 'off' | 'asking' | 'known' | 'denied' | 'unavailable';

export interface PositionHandle {
  here: ShallowRef<Here | null>;
  state: Ref<PositionState>;
  /** Follows the phone until the page goes; the browser asks the person the first time. */
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
      // Browsers give positions to safe origins only (https or this very machine).
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
          // A lost fix leaves the last one standing; its age says the rest.
          if (error.code === error.PERMISSION_DENIED) state.value = 'denied';
          else if (!here.value) state.value = 'unavailable';
        },
        { enableHighAccuracy: true, maximumAge: 5000, timeout: 20_000 },
      );
    },
  };
}
