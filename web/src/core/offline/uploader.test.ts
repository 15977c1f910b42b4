import { expect, test, vi } from 'vitest';
import { judge, reportOf, stepOf, uploader } from './uploader';
import type { Entry } from './uploadQueue';

const made = '2026-11-22T06:00:00.000Z';
const entry = (over: Partial<Entry>): Entry => ({
  id: '1',
  key: 'k',
  account: 'li',
  case: 'w-1',
  action: 'handle',
  body: {},
  photos: [],
  made_at: made,
  state: 'waiting',
  ...over,
});

test('a step is sent with its key and the kinds of its photos', () => {
  const photos: Entry['photos'] = [
    { local: 'a', kind: 'before', remote: 'p1', claim: 'c1' },
    { local: 'b', kind: 'after', remote: 'p2', claim: 'c2' },
    { local: 'lost', kind: 'after' },
  ];
  expect(stepOf(entry({ body: { note: '已清理' }, photos }), 'handle', new Date(made))).toEqual({
    action: 'handle',
    note: '已清理',
    photos: [
      { id: 'p1', claim: 'c1', kind: 'before' },
      { id: 'p2', claim: 'c2', kind: 'after' },
    ],
    key: 'k',
  });
});

test('the note of a step that is sent late has the time when it was made', () => {
  const later = new Date('2026-11-22T08:00:00Z');
  expect(stepOf(entry({ body: { note: '已清理' } }), 'handle', later).note).toBe(
    '已清理（现场时间 11月22日 14:00，离线后发送）',
  );
  expect(stepOf(entry({}), 'start', later).note).toBe('（现场时间 11月22日 14:00，离线后发送）');
});

test('a report names its photos by id and claim', () => {
  expect(
    reportOf(
      entry({
        case: null,
        action: 'report',
        body: { category: 'other' },
        photos: [{ local: 'a', kind: 'report', remote: 'p1', claim: 'c1' }],
      }),
      new Date(made),
    ),
  ).toEqual({ category: 'other', photos: [{ id: 'p1', claim: 'c1' }], key: 'k' });
});

test('a step is sent again later if the server is busy, and waits for its author if it is refused', () => {
  expect(judge(429, {}, '30')).toEqual({ outcome: 'later', busy: true, after_ms: 30_000 });
  expect(judge(503, {}, null)).toEqual({ outcome: 'later', busy: true });
  expect(judge(409, { detail: 'Others changed it at the same moment.' }, null)).toEqual({
    outcome: 'later',
    busy: true,
  });
  expect(judge(401, {}, null)).toEqual({ outcome: 'sign_in' });
  expect(judge(409, { detail: 'It is parked.', allowed: ['resume'] }, null)).toEqual({
    outcome: 'refused',
    refusal: { status: 409, detail: 'It is parked.', allowed: ['resume'] },
  });
});

test('a report that is saved but not visible yet counts as sent, and its receipt is kept', async () => {
  const said = { seq: 7, id: 'w-1', receipt: 'or_1', location: '/api/warnings/w-1', detail: 'The change is saved.' };
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(said), { status: 202 }));
  const attempt = await uploader('omit').step({ ...entry({ case: null, action: 'report' }), result: undefined });
  vi.unstubAllGlobals();
  expect(attempt).toEqual({ outcome: 'taken', result: said });
});

test('a step that is refused because the case is already so counts as sent', async () => {
  const answers = [
    Response.json({ detail: 'It is handled.', allowed: ['handle'], case_status: 'handling' }, { status: 409 }),
    Response.json({ steps: [{ action: 'start', at: made, account: 'w' }] }),
    Response.json({ id: 'w-1', properties: { status: 'handling' } }),
  ];
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (input: Request) => {
    asked.push(input.method);
    return answers.shift();
  });
  const attempt = await uploader('omit').step({ ...entry({ action: 'start' }), result: undefined });
  vi.unstubAllGlobals();
  expect(asked).toEqual(['POST', 'GET', 'GET']);
  expect(attempt).toMatchObject({ outcome: 'taken', result: { properties: { status: 'handling' } } });
});
