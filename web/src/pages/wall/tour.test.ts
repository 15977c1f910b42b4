import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  BUSY,
  GATHER,
  LONGEST_AWAY,
  MOST_WAITING,
  PAUSE,
  roundOf,
  SHORT_STAY,
  STAY,
  Tour,
  type Stop,
  type TourState,
} from './tour';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const community = (id: string): Stop => ({ kind: 'community', id });

/**
 * A tour over the communities a, b and c that records its stops: `b` in the round, `!w1` for a new red case,
 * `home`.
 */
function setOut(seconds: number, stops: Stop[] = ['a', 'b', 'c'].map(community)) {
  const way: string[] = [];
  let state: TourState | null = null;
  const round = { stops };
  const tour = new Tour({
    stops: () => round.stops,
    dwell: () => seconds * 1000,
    go: (stop, isNew) => way.push(stop ? `${isNew ? '!' : ''}${stop.id}` : 'home'),
    changed: (now) => (state = now),
  });
  tour.retune();
  return { way, round, tour, state: () => state };
}

test('the tour repeats, and so does its ring', () => {
  const { tour, way } = setOut(20);
  vi.advanceTimersByTime(10_000);
  expect(tour.progress).toBeCloseTo(0.5);
  vi.advanceTimersByTime(60_000);
  expect(way).toEqual(['a', 'b', 'c', 'a']);
  tour.end();
  expect(vi.getTimerCount()).toBe(0);
});

test('without a tour the camera moves to a new red case and back', () => {
  const { tour, way, state } = setOut(0);
  vi.advanceTimersByTime(600_000);
  expect(way).toEqual([]);
  tour.news('w1', 5);
  vi.advanceTimersByTime(GATHER);
  expect(way).toEqual(['!w1']);
  expect(state()).toMatchObject({ stop: { kind: 'red', id: 'w1' }, isNew: true });
  vi.advanceTimersByTime(STAY);
  expect(way).toEqual(['!w1', 'home']);
  expect(state()?.stop).toBeNull();
});

test('a new red case interrupts the tour once, and the tour continues', () => {
  const { tour, way } = setOut(20);
  vi.advanceTimersByTime(5000);
  tour.news('w1', 5);
  tour.news('w1', 5);
  vi.advanceTimersByTime(GATHER + STAY);
  expect(way).toEqual(['a', '!w1', 'b']);
  vi.advanceTimersByTime(20_000);
  expect(way.at(-1)).toBe('c');
});

test('several new red cases are shown by age, the oldest first', () => {
  const { tour, way } = setOut(0);
  tour.news('younger', 30);
  tour.news('oldest', 10);
  tour.news('youngest', 40);
  vi.advanceTimersByTime(GATHER);
  tour.news('old', 20);
  vi.advanceTimersByTime(10 * STAY);
  expect(way).toEqual(['!oldest', '!old', '!younger', '!youngest', 'home']);
});

test('of forty new red cases the oldest few are shown, the others counted, within two minutes', () => {
  const { tour, way, state } = setOut(0);
  for (let i = 39; i >= 0; i -= 1) tour.news(`w${i}`, i);
  vi.advanceTimersByTime(GATHER);
  expect(state()?.more).toBe(40 - MOST_WAITING);
  vi.advanceTimersByTime(MOST_WAITING * SHORT_STAY);
  expect(way).toEqual(['!w0', '!w1', '!w2', '!w3', '!w4', '!w5', 'home']);
  expect(state()).toMatchObject({ more: 34, isNew: false, stop: null });
  vi.advanceTimersByTime(STAY);
  expect(state()?.more).toBe(0);
  expect(way.at(-1)).toBe('home');
});

test('constantly arriving red cases do not keep the camera away for ever', () => {
  const { tour, way } = setOut(0);
  let n = 0;
  const rain = setInterval(() => tour.news(`w${(n += 1)}`, n), 4000);
  vi.advanceTimersByTime(LONGEST_AWAY + 2 * STAY);
  expect(way).toContain('home');
  clearInterval(rain);
});

test('ended cases are not shown, and a shown case is left when it ends', () => {
  const { tour, way } = setOut(0);
  tour.news('w1', 1);
  tour.news('w2', 2);
  tour.news('w3', 3);
  vi.advanceTimersByTime(GATHER);
  tour.drop('w2');
  tour.drop('w1');
  expect(way).toEqual(['!w1', '!w3']);
  tour.drop('w3');
  expect(way).toEqual(['!w1', '!w3', 'home']);
});

test('a user’s action pauses the tour for two minutes', () => {
  const { tour, way, state } = setOut(20);
  vi.advanceTimersByTime(15_000);
  tour.touch();
  expect(state()?.paused).toBe(true);
  vi.advanceTimersByTime(60_000);
  tour.touch();
  vi.advanceTimersByTime(PAUSE - 1);
  expect(way).toEqual(['a']);
  expect(tour.progress).toBeCloseTo(0.75);
  vi.advanceTimersByTime(1);
  expect(state()?.paused).toBe(false);
  vi.advanceTimersByTime(4999);
  expect(way).toEqual(['a']);
  vi.advanceTimersByTime(1);
  expect(way).toEqual(['a', 'b']);
});

test('the key continues the tour at once, and steps go both ways', () => {
  const { tour, way, state } = setOut(20);
  tour.step(1);
  tour.step(-1);
  tour.step(-1);
  expect(way).toEqual(['a', 'b', 'a', 'c']);
  expect(state()?.paused).toBe(true);
  tour.toggle();
  expect(state()?.paused).toBe(false);
  vi.advanceTimersByTime(20_000);
  expect(way.at(-1)).toBe('a');
});

test('a step without a tour returns to the whole area', () => {
  const { tour, way } = setOut(0);
  tour.step(1);
  vi.advanceTimersByTime(2 * PAUSE + BUSY);
  expect(way).toEqual(['a', 'home']);
});

test('a new red case waits a little after a user’s action, but not for the whole pause', () => {
  const { tour, way } = setOut(20);
  tour.touch();
  tour.news('w1', 1);
  vi.advanceTimersByTime(BUSY - 1);
  expect(way).toEqual(['a']);
  vi.advanceTimersByTime(1);
  expect(way).toEqual(['a', '!w1']);
  // A case that somebody may be reading is shown for the whole time.
  vi.advanceTimersByTime(STAY - 1);
  tour.touch();
  vi.advanceTimersByTime(BUSY - 1);
  expect(way).toEqual(['a', '!w1']);
});

test('the tour stops while the past is shown; new cases are shown afterwards', () => {
  const { tour, way } = setOut(20);
  tour.hold(true);
  tour.news('w1', 1);
  vi.advanceTimersByTime(600_000);
  expect(way).toEqual(['a']);
  tour.hold(false);
  expect(way).toEqual(['a', '!w1']);
});

test('the tour continues if a stop disappears or all do', () => {
  const { round, way } = setOut(20);
  vi.advanceTimersByTime(20_000);
  round.stops = ['a', 'c'].map(community);
  vi.advanceTimersByTime(20_000);
  expect(way).toEqual(['a', 'b', 'c']);
  round.stops = [];
  vi.advanceTimersByTime(60_000);
  expect(way.at(-1)).toBe('home');
  round.stops = [community('d')];
  vi.advanceTimersByTime(20_000);
  expect(way.at(-1)).toBe('d');
});

test('the stops are the communities, each with its oldest red case', () => {
  const reds = [
    { id: 'young', community: 'a', since: 9 },
    { id: 'old', community: 'a', since: 1 },
    { id: 'nowhere', since: 5 },
    { id: 'b1', community: 'b', since: 2 },
  ];
  expect(roundOf(['a', 'b', 'c'], reds).map((s) => s.id)).toEqual(['a', 'old', 'young', 'b', 'b1', 'c', 'nowhere']);
  expect(roundOf(['a'], reds, 1).map((s) => s.id)).toEqual(['a', 'old', 'b1']);
});
