// Where on a route somebody is: the step to show, what is left of the way, and whether they have left it.
import type { Position } from 'geojson';
import type { Bilingual } from '@/core/i18n/lang';
import { distance_m, nearestOnLine } from '@/core/position/measure';
import type { Leg } from './types';

/** So far from the line one may be; a fix in a street of high houses is seldom better. */
const OFF_M = 40;
/** After so many fixes off the line in a row a new route is asked for. */
const OFF_FIXES = 2;
/** A step is over so far before its end, so that the next one is read in time. */
const AHEAD_M = 8;
/** Something to do at one place, such as parking, is shown for so far after it. */
const AT_PLACE_M = 8;
/** Whoever has so little left is there. */
const THERE_M = 15;

export interface TrackStep {
  text: Bilingual;
  mode: string;
  /** Where it begins and ends along the line, in metres. */
  from_m: number;
  until_m: number;
}

/** A route as one line with its steps along it. */
export interface Track {
  line: Position[];
  /** How far along the line each of its positions is, in metres. */
  along_m: number[];
  length_m: number;
  duration_s: number;
  steps: TrackStep[];
  /** How far along the line each leg ends, and how many seconds after setting out. */
  legs: { until_m: number; until_s: number }[];
}

type LegProperties = Leg['properties'];

/** What of a leg a track is made of. */
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
    // The steps share the line that was measured here, whatever they were rounded to.
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
  /** How far along the line, in metres. */
  along_m: number;
  /** How far from the line. */
  off_m: number;
  /** Which step is shown. */
  step: number;
  left_m: number;
  left_s: number;
  is_there: boolean;
  /** How many fixes in a row were off the line. */
  off_fixes: number;
  /** Whether a new route is needed. */
  is_lost: boolean;
}

export const atBegin = (track: Track): Progress => progressAt(track, 0, 0, 0);

/** The progress at a new fix. Where the line passes a place twice, the pass that comes next counts. */
export function follow(track: Track, before: Progress, here: Position): Progress {
  const ahead = nearestOnLine(here, track.line, track.along_m, [before.along_m - 30, before.along_m + 250]);
  const found = ahead && ahead.off_m <= OFF_M ? ahead : nearestOnLine(here, track.line, track.along_m);
  if (!found) return before;
  if (found.off_m <= OFF_M) return progressAt(track, found.along_m, found.off_m, 0);
  // Off the line nothing moves on: the step shown is still the one that was missed.
  return progressAt(track, before.along_m, found.off_m, before.off_fixes + 1);
}

function progressAt(track: Track, along_m: number, off_m: number, off_fixes: number): Progress {
  const ends = track.steps.map(({ from_m, until_m }) =>
    // Near the door everything is short, and still each step has its turn.
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

/** Whether a place on the way is 25 m ahead, or nearer, or behind. */
export function hasReached(track: Track, { along_m }: Progress, place: Position): boolean {
  const at = nearestOnLine(place, track.line, track.along_m);
  return at !== null && at.off_m <= OFF_M && along_m > at.along_m - 25;
}
