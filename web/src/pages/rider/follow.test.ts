import type { Position } from 'geojson';
import { expect, test } from 'vitest';
import { atBegin, follow, hasReached, trackOf, type Progress, type TrackLeg } from './follow';

/** A position this many metres east and north of a point in the demo district. */
const at = (east_m: number, north_m: number): Position => [117.13 + east_m / 86_350, 39.22 + north_m / 111_020];
const step = (zh: string, distance_m: number) => ({ text: { zh, en: zh }, distance_m });
const leg = (
  mode: string,
  line: Position[],
  duration_s: number,
  ...steps: TrackLeg['properties']['steps']
): TrackLeg => ({
  geometry: { coordinates: line },
  properties: { mode, duration_s, steps },
});

// 200 m east on the road, 100 m north to the parking place, then on foot 50 m west to the door.
const track = trackOf([
  leg('ride', [at(0, 0), at(200, 0), at(200, 100)], 60, step('沿路直行', 200), step('从东门进', 100)),
  leg('park', [at(200, 100), at(200, 100)], 20, step('停车', 0)),
  leg('walk', [at(200, 100), at(150, 100)], 40, step('步行到门口', 50)),
]);

const walk = (...places: Position[]): Progress[] => {
  let now = atBegin(track);
  return places.map((place) => (now = follow(track, now, place)));
};
const shown = (progress: Progress | undefined): string => track.steps[progress?.step ?? -1]?.text.zh ?? '';

test('legs are joined to one line, and steps have their positions along it', () => {
  expect(track.length_m).toBeCloseTo(350, -1);
  expect(track.line).toHaveLength(4);
  expect(track.steps.map((s) => Math.round(s.until_m / 10) * 10)).toEqual([200, 300, 300, 350]);
});

test('the shown step depends on the position, and a step without length is shown at its place', () => {
  const [begin, turn, near, parked, door] = walk(at(10, 5), at(196, -4), at(200, 60), at(200, 98), at(151, 102));
  expect([begin, turn, near, parked, door].map(shown)).toEqual([
    '沿路直行',
    '从东门进',
    '从东门进',
    '停车',
    '步行到门口',
  ]);
  expect(begin?.left_m).toBeCloseTo(340, -1);
  expect(begin?.left_s).toBeCloseTo(118, -1);
  expect(near?.left_s).toBeCloseTo(68, -1);
  expect([parked?.is_there, door?.is_there]).toEqual([false, true]);
  expect(door?.left_s).toBeLessThan(3);
});

test('a new route is needed after two fixes more than 40 m off the line, not after one', () => {
  const [on, off, offAgain] = walk(at(50, 39), at(60, 60), at(70, 80));
  expect([on?.is_lost, off?.is_lost, offAgain?.is_lost]).toEqual([false, false, true]);
  expect(offAgain?.off_m).toBeGreaterThan(40);
  // Off the line, the position along the line does not change, so the step does not change either.
  expect(offAgain?.along_m).toBe(on?.along_m);
  const [, , back, offOnce] = walk(at(50, 0), at(60, 60), at(70, 10), at(80, 60));
  expect([back?.off_fixes, offOnce?.is_lost]).toEqual([0, false]);
});

test('on a line that passes a place twice, the progress does not jump ahead', () => {
  const loop = trackOf([
    leg('ride', [at(0, 0), at(300, 0), at(300, 20), at(0, 20)], 100, step('去', 310), step('回', 310)),
  ]);
  const out = follow(loop, atBegin(loop), at(50, 9));
  expect(out.along_m).toBeCloseTo(50, -1);
  let now = atBegin(loop);
  for (let m = 20; m <= 300; m += 20) now = follow(loop, now, at(m, 4));
  for (let m = 280; m >= 40; m -= 20) now = follow(loop, now, at(m, 16));
  expect(now.along_m).toBeCloseTo(580, -1);
});

test('a gate is reached 25 m before it', () => {
  const gate = at(200, 50);
  const [before, after] = walk(at(200, 20), at(200, 30));
  expect(before && hasReached(track, before, gate)).toBe(false);
  expect(after && hasReached(track, after, gate)).toBe(true);
  expect(after && hasReached(track, after, at(900, 900))).toBe(false);
});

test('steps to a door close to the parking place are all shown', () => {
  const short = trackOf([
    leg('ride', [at(0, 0), at(100, 0)], 30, step('骑行', 100)),
    leg('park', [at(100, 0), at(100, 0)], 20, step('停车', 0)),
    leg('walk', [at(100, 0), at(100, 5)], 9, step('步行5米', 5), step('到达2单元', 0)),
  ]);
  const texts = [at(50, 0), at(99, 0), at(100, 0), at(100, 5)].map((place) => {
    const { step: index } = follow(short, atBegin(short), place);
    return short.steps[index]?.text.zh;
  });
  expect(texts).toEqual(['骑行', '停车', '停车', '到达2单元']);
});
