import { expect, test } from 'vitest';
import { inviteOf } from './invite';

const secret = `om_${'0a'.repeat(32)}`;

test.each([
  [`https://map.example.cn/street/sign-in#invite=${secret}`, secret],
  [` ${secret}\n`, secret],
  [`https://map.example.cn/sign-in?next=/desk#invite=${secret}`, secret],
  [`https://map.example.cn/sign-in#invite=${secret}0`, null],
  ['https://map.example.cn/rider?b=wenquan-huayuan-3', null],
  ['', null],
])('the text %j has the invite %j', (text, invite) => {
  expect(inviteOf(text)).toBe(invite);
});
