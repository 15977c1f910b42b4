// The jobs of the planner's page: the form of a siting with costs, required and forbidden
// candidates, results without a plan, and which gate should open. Also a scenario that cannot be
// opened.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, launch, visit, type Visit } from './browser.ts';
import { networkReady, startServer, type Server } from './server.ts';

const SIZE = { width: 1440, height: 900, reducedMotion: true };
const AT = '2026-11-25T10:00';

describe.skipIf(!process.env['ONEMAP_BIN'])('planning jobs', () => {
  let browser: Browser;
  let server: Server;
  let zhang: string;

  async function api<T>(path: string, method = 'GET', body?: unknown): Promise<T> {
    const response = await fetch(server.url + path, {
      method,
      headers: { authorization: `Bearer ${zhang}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.ok, `${path} ${response.status} ${response.ok ? '' : await response.clone().text()}`).toBe(true);
    return (await response.json()) as T;
  }

  async function planner(path: string): Promise<Visit> {
    const url = `${server.url}/planner${path}${path.includes('?') ? '&' : '?'}at=${AT}&standard=pocket_park_300`;
    const opened = await visit(browser, url, { ...SIZE, token: zhang });
    await opened.page.waitForSelector('[data-planner="ready"], [data-report]');
    return opened;
  }

  beforeAll(async () => {
    browser = await launch();
    server = await startServer('--demo');
    zhang = await server.createToken('--role', 'planner', '--name', 'zhang');
    await networkReady(server.url, zhang);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test('a deleted scenario in the address is reported, and the report is not made', async () => {
    const { page, close } = await planner('/try?scenario=deleted-1');
    const notice = page.locator('[data-not-open]');
    await notice.getByText('网址中的方案未能打开').waitFor();
    await notice.getByText('以下为地图现状').waitFor();
    await expectAccessible(page);
    await page.goto(page.url().replace('/try', '/report'));
    await page.locator('[data-report] [data-not-open]').waitFor();
    await page.waitForTimeout(1000);
    expect(await page.locator('[data-report] article').count()).toBe(0);
    expect(await page.locator('[data-print]').isDisabled()).toBe(true);
    await page.goto(page.url().replace('/report', '/try'));
    await page.locator('[data-give-up]').click();
    await notice.waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.has('scenario')).toBe(false);
    await close();
  });

  test('a time limit without a plan is not a proof that there is none', async () => {
    const { page, close } = await planner('/compare');
    const result = {
      problem: 'lscp',
      stop_reason: 'time_limit',
      incumbent: null,
      bound: 3,
      gap: null,
      plans: [],
      sites: [],
      conflicts: [],
      curve: [],
      notes: [],
      question: { problem: 'lscp', standard: 'pocket_park_300' },
    };
    await page.route('**/api/jobs/9999', (route) =>
      route.fulfill({ json: { id: '9999', kind: 'siting', state: 'done', result } }),
    );
    await page.route('**/api/jobs/9999/events', (route) => route.fulfill({ status: 404 }));
    await page.goto(`${server.url}/planner/choose?job=9999&at=${AT}`);
    await page.locator('[data-no-plan]').getByText('没有证明无解').waitFor();
    expect(await page.locator('[data-infeasible]').count()).toBe(0);
    await close();
  });
});
