// Some phones and apps give positions in GCJ-02 although the browser should give WGS 84. A scan of
// a plate reveals this: the rider stands at the plate, and the position differs from it by the
// shift of GCJ-02 there.
import { ref, shallowRef } from 'vue';
import type { Position } from 'geojson';
import { gcj02, wgs84 } from '@/core/position/gcj02';
import { distance_m } from '@/core/position/measure';

/**
 * How far a position may be from the GCJ-02 coordinates of a place, in metres, in addition to its
 * accuracy.
 */
const NEAR_M = 20;
/** The largest accuracy radius of a position that is used, in metres. A less accurate position proves nothing. */
const ACCURATE_M = 30;
/** A shift below this, in metres, cannot be distinguished from an inaccurate position. */
const LEAST_SHIFT_M = 150;
/** For how long after a scan the rider is assumed to stand at the plate, in milliseconds. */
const FRESH = 5 * 60_000;
const KEY = 'onemap.rider.gcj02';

function kept(): boolean {
  try {
    return localStorage.getItem(KEY) === 'yes';
  } catch {
    return false; // storage may be blocked
  }
}

/** Whether this phone's positions are in GCJ-02 and are corrected. */
export const isShifted = ref(kept());

export function setShifted(to: boolean): void {
  isShifted.value = to;
  try {
    if (to) localStorage.setItem(KEY, 'yes');
    else localStorage.removeItem(KEY);
  } catch {
    // Without storage the choice lasts until the page is closed.
  }
}

/** A position of the phone in WGS 84. */
export const corrected = (here: Position): Position => (isShifted.value ? wgs84(here) : here);

/** The plate that was scanned last. */
const scanned = shallowRef<{ building: string; at: number } | null>(null);

export function noteScan(building: string, at = Date.now()): void {
  scanned.value = { building, at };
}

export const isJustScanned = (building: string, now = Date.now()): boolean =>
  scanned.value?.building === building && now - scanned.value.at < FRESH;

/**
 * Decides whether a position is in GCJ-02: it is near the GCJ-02 coordinates of one of `places`,
 * where the rider may stand, and far from the WGS 84 coordinates of all of them. Returns the shift
 * of GCJ-02 there in metres; null if the position is not in GCJ-02 or is not accurate enough to
 * decide.
 */
export function shiftOf(here: Position, accuracy_m: number, places: readonly Position[]): number | null {
  if (accuracy_m > ACCURATE_M) return null;
  const off_m = Math.min(...places.map((place) => distance_m(here, place)));
  const place = places.find((one) => distance_m(here, gcj02(one)) <= NEAR_M + accuracy_m);
  if (!place || off_m < LEAST_SHIFT_M) return null;
  return distance_m(place, gcj02(place));
}
