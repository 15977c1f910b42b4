import { expect, test } from 'vitest';
import { fieldOf, missing, moment, signsInBy, takesUnit } from './rights';
import { words } from './words';

test('rights need a role, and the role unit needs a unit', () => {
  expect(missing({ roles: [], unit: '', communities: [] })).toBe('role');
  expect(missing({ roles: ['unit'], unit: '', communities: [] })).toBe('unit');
  expect(missing({ roles: ['unit'], unit: 'u1', communities: [] })).toBeNull();
  expect(missing({ roles: ['rider'], unit: '', communities: ['c1'] })).toBeNull();
  const offered = [['rider', 'grid_worker'], ['planner', 'steward'], ['unit'], ['officer']].map(takesUnit);
  expect(offered).toEqual([false, false, true, true]);
});

test('moments are converted in China’s time zone', () => {
  expect(fieldOf('2026-11-28T16:30:00Z')).toBe('2026-11-29T00:30');
  expect(moment('2026-11-29T00:30')).toBe('2026-11-29T00:30:00+08:00');
  expect(fieldOf(undefined)).toBe('');
});

test('an account with neither password nor token is shown as such', () => {
  const how = (has_password: boolean, has_token: boolean) => words.zh[signsInBy({ has_password, has_token })];
  expect([how(true, true), how(true, false), how(false, true), how(false, false)]).toEqual([
    '密码、令牌',
    '密码',
    '令牌',
    '未设登录方式',
  ]);
});
