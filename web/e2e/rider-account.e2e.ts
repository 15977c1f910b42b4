// A rider signs in from the card and reads a door code. The audit records that it was read, and the code is stored
// nowhere.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, launch } from './browser.ts';
import { fitsFingers, phone } from './phone.ts';
import { startServer, type Server } from './server.ts';

const HOUSE = 'chaoyang-xinyuan-3';
const CODE = 'canary-8k#';

describe.skipIf(!process.env['ONEMAP_BIN'])('a rider with an account', () => {
  let browser: Browser;
  let server: Server;

  beforeAll(async () => {
    browser = await launch();
    server = await startServer('--demo');
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  const token = (role: string, name: string): Promise<string> => server.createToken('--role', role, '--name', name);

  test('signs in from the card, reads a door code, and the code is stored nowhere', async () => {
    const set = await fetch(`${server.url}/api/collections/entrances/items/${HOUSE}-1`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${await token('steward', '数据管理员')}`,
        'content-type': 'application/merge-patch+json',
      },
      body: JSON.stringify({ properties: { access_code: CODE } }),
    });
    expect(set.status).toBe(200);
    const rider = await token('rider', '骑手甲');
    const { page, errors, close } = await phone(browser, `${server.url}/rider?b=${HOUSE}&unit=1`);
    await page.locator('[data-account]').waitFor();
    expect(await page.locator('[data-door-code]').count()).toBe(0);
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    const answers: string[] = [];
    page.on('response', async (response) => {
      if (/\/api\//.test(response.url()) && !response.url().endsWith('/code'))
        answers.push(await response.text().catch(() => ''));
    });

    await page.locator('[data-account] a').click();
    await page.fill('[name="token"]', rider);
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.waitForURL(`${server.url}/rider?b=${HOUSE}&unit=1`);
    await page.getByText('已登录：骑手甲').waitFor();
    const door = page.locator('.door [data-door-code]');
    await door.waitFor();
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    await door.getByRole('button').click();
    await door.getByText(CODE).waitFor();
    await door.getByText('已记录').waitFor();
    await expectAccessible(page);

    const stored = await page.evaluate(async () => {
      const kept = await Promise.all(
        (await caches.keys()).map(async (name) => {
          const cache = await caches.open(name);
          return Promise.all((await cache.keys()).map(async (key) => (await cache.match(key))?.text()));
        }),
      );
      return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href, history.state, kept]);
    });
    expect(stored).not.toContain(CODE);
    expect(answers.join()).not.toContain(CODE);
    await page.reload();
    await door.waitFor();
    expect(await page.locator('body').textContent()).not.toContain(CODE);

    const audit = await fetch(`${server.url}/api/audit?kind=look`, {
      headers: { authorization: `Bearer ${server.token}` },
    });
    const looks = await audit.text();
    expect(looks).toContain(`${HOUSE}-1`);
    expect(looks).toContain('骑手甲');
    expect(looks).not.toContain(CODE);
    expect(errors).toEqual([]);
    await close();
  });
});
