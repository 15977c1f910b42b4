import { expect, test } from 'vitest';
import { FINE, troublesOf, type Ready } from './health';

const ready: Ready = {
  status: 'ready',
  seq: 9,
  at: '2026-11-22T06:05:00Z',
  store: { kind: 'sqlite', heard_at: '2026-11-22T06:05:00Z', reachable: true },
  writable: { ok: true },
  quarantined: [],
  config: [],
  tasks: {},
};
const databaseAway: Ready = { ...ready, store: { ...ready.store, reachable: false } };

const heardAt = new Date('2026-11-22T06:05:00Z');

test('there are no problems with a healthy server or before the first check', () => {
  expect(
    troublesOf({
      ...FINE,
      heardAt,
      offset: 900,
      ready,
    }),
  ).toEqual([]);
  expect(troublesOf(FINE)).toEqual([]);
});

test('problems are listed the worst first, each with its place', () => {
  const said = troublesOf({
    ...FINE,
    ready: {
      ...databaseAway,
      config: [
        { file: 'rules.toml', line: 12, column: 5, problem: 'unknown level "rde"', expected: 'red, yellow or green' },
        { file: 'calendar.toml', line: 1, column: 1, problem: 'x', expected: 'y' },
      ],
      quarantined: [
        { collection: 'buildings', id: 'b1', seq: 1, problem: 'x' },
        { collection: 'buildings', id: 'b2', seq: 1, problem: 'x' },
      ],
    },
    offset: -300_000,
  }).map((t) => t.zh);
  expect(said).toHaveLength(4);
  expect(said[0]).toMatch(/数据库/);
  expect(said[1]).toBe(
    'rules.toml:12:5 有误，仍按原来的规则执行（共 2 处）：unknown level "rde"，应为 red, yellow or green',
  );
  expect(said[2]).toMatch(/快了约 5 分钟/);
  expect(said[3]).toMatch(/2 条.*buildings\/b1/);
});

test('a broken feed, an unreachable server and an unreachable database are distinguished', () => {
  expect(troublesOf({ ...FINE, stale: true, heardAt }).map((t) => t.en)).toEqual([
    'The live feed is interrupted; reconnecting; this is how it was at 22 Nov 14:05',
  ]);
  expect(troublesOf({ ...FINE, stale: true, away: true, heardAt }).map((t) => t.zh)).toEqual([
    '服务器没有应答，正在重连，以下为 11月22日 14:05 的情况',
  ]);
  const [only, ...more] = troublesOf({ ...FINE, stale: true, heardAt, ready: databaseAway });
  expect(only?.zh).toMatch(/^数据库无法连接.*11月22日 14:05/);
  expect(more).toEqual([]);
});

test('a failed health check with a working feed is not reported', () => {
  expect(troublesOf({ ...FINE, away: true, heardAt })).toEqual([]);
});

test('a clock that is off by two minutes is reported', () => {
  expect(troublesOf({ ...FINE, offset: 119_000 })).toEqual([]);
  expect(troublesOf({ ...FINE, offset: 7_400_000 })[0]?.en).toBe(
    "This machine's clock is about 2 h slow; the times shown are the server's",
  );
});

test('missing figures are reported only without a worse problem', () => {
  expect(troublesOf({ ...FINE, figuresAway: true })).toHaveLength(1);
  expect(troublesOf({ ...FINE, figuresAway: true, stale: true })).toHaveLength(1);
});
