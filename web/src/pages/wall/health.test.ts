import { expect, test } from 'vitest';
import { troublesOf } from './health';

test('a healthy server has nothing to say, and neither has one that was not asked yet', () => {
  expect(troublesOf({ status: 'ready', store: { reachable: true }, quarantined: [], config: [] }, 900)).toEqual([]);
  expect(troublesOf(null, 0)).toEqual([]);
});

test('the worst trouble comes first, each in words that name the place', () => {
  const said = troublesOf(
    {
      store: { reachable: false },
      config: [{ file: 'rules.toml', line: 12, problem: 'expected a level' }],
      quarantined: [{ collection: 'buildings', id: 'b1' }, { collection: 'buildings', id: 'b2' }],
    },
    -300_000,
  ).map((t) => t.zh);
  expect(said).toHaveLength(4);
  expect(said[0]).toMatch(/数据库/);
  expect(said[1]).toMatch(/rules\.toml:12.*expected a level/);
  expect(said[2]).toMatch(/快了约 5 分钟/);
  expect(said[3]).toMatch(/2 条.*buildings\/b1/);
});
