// Follows a position along a route: the step to show, the rest of the route, and whether the position has left it.
import type { Position } from 'geojson';
import type { Bilingual } from '@/core/i18n/lang';
import { distance_m, nearestOnLine } from '@/core/position/measure';
import type { Leg } from './types';

/**
 * The largest distance from the line that counts as on it, in metres. Between high buildings, fixes
 * are seldom more precise.
 */
const OFF_M = 40;
/** After this many fixes in a row off the line a new route is requested. */
const OFF_FIXES = 2;
/** How far before the end of a step the next one is shown, in metres, so that it can be read in time. */
const AHEAD_M = 8;
/** A step without length, such as parking, is shown until this far after its place, in metres. */
const AT_PLACE_M = 8;
/** The distance from the end of the route, in metres, within which the rider has arrived. */
const THERE_M = 15;

export interface TrackStep {
  text: Bilingual;
  mode: string;
  /** The distances along the line at which the step begins and ends, in metres. */
  from_m: number;
  until_m: number;
}

/** A route as a single line, with the position of each step along it. */
export interface Track {
  line: Position[];
  /** The distance along the line of each of its positions, in metres. */
  along_m: number[];
  length_m: number;
  duration_s: number;
  steps: TrackStep[];
  /** The end of each leg: its distance along the line in metres, and its time after the start in seconds. */
  legs: { until_m: number; until_s: number }[];
}

type LegProperties = Leg['properties'];

/** The parts of a leg that a track is made of. */
export interface TrackLeg {
  geometry: { coordinates: Position[] };
  properties: Pick<LegProperties, 'mode' | 'duration_s'> & {
    steps: Pick<LegProperties['steps'][number], 'text' | 'distance_m'>[];
  };
}

export function trackOf(legs: TrackLeg[]): Track {
  const track: Track = { line: [], along_m: [], length_m: 0, duration_s: 0, steps: [], legs: [] };
  for (const { geometry, properties } of legs) {
    const begin_m = track.length_m;
    for (const position of geometry.coordinates) {
      const before = track.line.at(-1);
      const metres = before ? distance_m(before, position) : 0;
      if (before && metres === 0) continue;
      track.length_m += metres;
      track.line.push(position);
      track.along_m.push(track.length_m);
    }
    track.duration_s += properties.duration_s;
    track.legs.push({ until_m: track.length_m, until_s: track.duration_s });
    // The server rounds the lengths of steps, so they are scaled to the length of the line.
    const told_m = properties.steps.reduce((sum, step) => sum + step.distance_m, 0);
    const scale = told_m > 0 ? (track.length_m - begin_m) / told_m : 0;
    let from_m = begin_m;
    for (const { text, distance_m: metres } of properties.steps) {
      const until_m = from_m + metres * scale;
      track.steps.push({ text, mode: properties.mode, from_m, until_m });
      from_m = until_m;
    }
  }
  return track;
}

export interface Progress {
  /** The distance along the line, in metres. */
  along_m: number;
  /** The distance from the line, in metres. */
  off_m: number;
  /** The index of the step to show. */
  step: number;
  left_m: number;
  left_s: number;
  is_there: boolean;
  /** The number of fixes in a row that were off the line. */
  off_fixes: number;
  /** Whether a new route is needed. */
  is_lost: boolean;
}

export const atBegin = (track: Track): Progress => progressAt(track, 0, 0, 0);

/** Returns the progress at a new fix. If the line passes a place twice, the part near the previous progress is used. */
export function follow(track: Track, before: Progress, here: Position): Progress {
  const ahead = nearestOnLine(here, track.line, track.along_m, [before.along_m - 30, before.along_m + 250]);
  const found = ahead && ahead.off_m <= OFF_M ? ahead : nearestOnLine(here, track.line, track.along_m);
  if (!found) return before;
  if (found.off_m <= OFF_M) return progressAt(track, found.along_m, found.off_m, 0);
  // Off the line the progress does not change, so the missed step stays on the screen.
  return progressAt(track, before.along_m, found.off_m, before.off_fixes + 1);
}

function progressAt(track: Track, along_m: number, off_m: number, off_fixes: number): Progress {
  const ends = track.steps.map(({ from_m, until_m }) =>
    // A short step ends at its middle at the earliest, so that every step is shown.
    until_m > from_m
      ? Math.max(until_m - AHEAD_M, (from_m + until_m) / 2)
      : from_m + Math.min(AT_PLACE_M, (track.length_m - from_m) / 2),
  );
  const current = ends.findIndex((end) => end > along_m);
  const leg = track.legs.findIndex((l) => l.until_m > along_m);
  const [begin, end] = [track.legs[leg - 1] ?? { until_m: 0, until_s: 0 }, track.legs[leg]];
  const passed_s = end
    ? begin.until_s + ((end.until_s - begin.until_s) * (along_m - begin.until_m)) / (end.until_m - begin.until_m)
    : track.duration_s;
  const left_m = Math.max(0, track.length_m - along_m);
  return {
    along_m,
    off_m,
    step: current < 0 ? Math.max(0, track.steps.length - 1) : current,
    left_m,
    left_s: Math.max(0, track.duration_s - passed_s),
    is_there: left_m <= THERE_M && off_m <= OFF_M,
    off_fixes,
    is_lost: off_fixes >= OFF_FIXES,
  };
}

/** Returns whether a place on the route is less than 25 m ahead or already behind. */
export function hasReached(track: Track, { along_m }: Progress, place: Position): boolean {
  const at = nearestOnLine(place, track.line, track.along_m);
  return at !== null && at.off_m <= OFF_M && along_m > at.along_m - 25;
}

/** Returns whether the vehicle is parked at this point of the route, so that the rest is walked. */
export const hasParked = (track: Track | null, at: Progress | null): boolean =>
  track?.steps.slice(0, at?.step ?? 0).some(({ mode }) => mode === 'park') ?? false;
