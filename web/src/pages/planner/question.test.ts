import { expect, test } from 'vitest';
import { addressOf, bodyOf, isComplete, nextDay, questionAt, thisHour, weekday } from './question';
import type { Standard } from './types';

const standards = [
  { id: 'living_circle_15', facility: null, minutes: 15 },
  { id: 'aed_4', facility: { collection: 'first_aid_stations', kind: null, aed: true, area_m2: null }, minutes: 4 },
] as unknown as Standard[];
const NOW = Date.parse('2026-11-29T10:40:00Z');

test('the address of a question opens the same question', () => {
  for (const query of [
    {},
    { standard: 'aed_4', at: '2026-11-25T22:00', by: 'housing' },
    { standard: 'living_circle_15', facility: 'rest_stop', profile: 'wheelchair', at: '2026-11-25T09:00' },
    { standard: 'own', own: '{"minutes":6,"there_and_back":true,"title":"六分钟","source":"街道办公会"}' },
  ]) {
    const question = questionAt(query, NOW);
    expect(questionAt(addressOf(question), NOW + 9e9)).toEqual(question);
  }
});

test('invalid parameters become the defaults', () => {
  const question = questionAt({ by: 'planet', at: 'soon', facility: 'casino', own: '{', profile: 'rocket' }, NOW);
  expect(question).toMatchObject({
    by: 'community',
    at: '2026-11-30T10:00',
    facility: 'pocket_parks',
    own: { metres: 300 },
    profile: 'foot',
  });
});

test('moments are in China Standard Time, and the next weekday may be the same day', () => {
  expect(thisHour(Date.parse('2026-11-29T23:59:00Z'))).toBe('2026-11-30T07:00');
  expect(nextDay('2026-11-29T18:00', 0, 10)).toBe('2026-11-29T10:00');
  expect(nextDay('2026-11-29T18:00', 3, 22)).toBe('2026-12-02T22:00');
});

test('a request names facilities only if the standard does not', () => {
  const asked = (query: Record<string, string>) =>
    bodyOf(questionAt({ at: '2026-11-25T10:00', ...query }, NOW), standards);
  expect(asked({ standard: 'aed_4', facility: 'toilet' })).toEqual({
    standard: 'aed_4',
    at: '2026-11-25T10:00:00+08:00',
    profile: 'foot',
  });
  expect(asked({ standard: 'living_circle_15', facility: 'toilet' }).facility).toEqual({
    collection: 'facilities',
    kind: 'toilet',
  });
  expect(asked({ standard: 'own', facility: 'aed' }).facility).toEqual({ collection: 'first_aid_stations', aed: true });
});

test('an own standard needs a source', () => {
  const own = (source: string) => questionAt({ standard: 'own', own: JSON.stringify({ metres: 400, source }) }, NOW);
  expect([isComplete(own(' ')), isComplete(own('街道办公会')), isComplete(questionAt({}, NOW))]).toEqual([
    false,
    true,
    true,
  ]);
});

test('without a moment, the question is for 10:00 on a weekday', () => {
  const at = (now: string): string => weekday(Date.parse(`${now}:00+08:00`));
  // A Wednesday before 10:00, from 10:00 and from 11:00; a Friday evening; a Saturday; a Sunday.
  expect(
    ['25T05:00', '25T10:59', '25T11:00', '27T20:00', '28T09:00', '29T09:00'].map((t) => at(`2026-11-${t}`)),
  ).toEqual([
    '2026-11-25T10:00',
    '2026-11-25T10:00',
    '2026-11-26T10:00',
    '2026-11-30T10:00',
    '2026-11-30T10:00',
    '2026-11-30T10:00',
  ]);
});
