// Without a network, the phone finds places nearby and plans several orders, with the same answers
// as the server.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { expectAccessible, launch } from './browser.ts';
import { Cable } from './cable.ts';
import { fitsFingers, installed, phone, type Spot } from './phone.ts';

const url = inject('url');
let browser: Browser;

const BEGIN: Spot = { longitude: 117.1342, latitude: 39.224 };
const FROM = { lon: BEGIN.longitude, lat: BEGIN.latitude };

beforeAll(async () => {
  browser = await launch();
  // The server builds the network after its start.
  for (let tries = 0; tries < 120; tries += 1) {
    if ((await fetch(`${url}/api/network`)).ok) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
});
afterAll(() => browser.close());

const ask = async <T>(path: string, body: object): Promise<T> => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.ok, `${path}: HTTP ${response.status}`).toBe(true);
  return (await response.json()) as T;
};
const shoot = async (page: Page, name: string): Promise<void> => {
  const folder = process.env['ONEMAP_SHOTS'];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
};

test('first aid, swap cabinet, rest stop and toilet are found, and several orders are planned', async () => {
  const cable = await new Cable().plug(url);
  const { page, errors, close } = await phone(browser, `${cable.url}/rider`, { at: BEGIN });
  await page.locator('[data-offline-data="ready"]').waitFor({ state: 'attached', timeout: 60_000 });
  await installed(page);
  cable.pull();

  for (const [service, collection, kind] of [
    ['first_aid', 'first_aid_stations', null],
    ['battery_swap', 'facilities', 'battery_swap'],
    ['rest_stop', 'facilities', 'rest_stop'],
    ['toilet', 'facilities', 'toilet'],
  ] as const) {
    await page.goto(`${cable.url}/rider/near/${service}`);
    await page.locator('[data-near] li').nth(4).waitFor();
    await page.locator('[data-offline]', { hasText: '离线数据，更新于' }).waitFor();
    const { features } = await ask<{ features: { properties: { name: string } }[] }>('/api/nearest', {
      collection,
      from: FROM,
      k: 5,
      profile: 'ebike',
      ...(kind ? { kind } : {}),
    });
    expect(await page.locator('.near strong').allTextContents()).toEqual(features.map((f) => f.properties.name));
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    await shoot(page, `near-${service}`);
  }
  // One tap on a result shows the route to it. First-aid stations are not in the collection
  // `facilities`.
  await page.goto(`${cable.url}/rider/near/first_aid`);
  await page.locator('[data-near] a').first().tap();
  await page.locator('[data-now]').waitFor();
  await page.locator('[data-offline]').waitFor();
  await shoot(page, 'way-first-aid');

  // These buildings are in compounds without a wall, so their doors can be reached at every hour.
  const orders = [
    { building: 'guoyuan-beili-3', unit: '2', room: '201' },
    { building: 'guoyuan-beili-2', unit: '1' },
    { building: 'xinhua-li-3', unit: '1', room: '201' },
  ];
  await page.goto(`${cable.url}/rider/orders`);
  await page.fill('[name="orders"]', '果园北里3栋二门 201室\n果园北里2号楼1单元\n新华里3号楼1单元201');
  await page.locator('[data-add]').tap();
  await page.locator('[data-order-stop]').nth(2).waitFor();
  await page.locator('[data-plan]').tap();
  await page.locator('[data-tour]').waitFor({ timeout: 30_000 });
  await page.locator('[data-offline]', { hasText: '离线数据，更新于' }).waitFor();
  await expectAccessible(page);
  expect(await fitsFingers(page)).toEqual([]);
  await page.waitForSelector('[data-way-map="ready"]', { timeout: 60_000 });
  await shoot(page, 'tour-offline');
  const { visits } = await ask<{ visits: { stop: number }[] }>('/api/trip', {
    from: FROM,
    profile: 'ebike',
    stops: orders.map((to) => ({ to })),
  });
  for (const [number, { stop }] of visits.entries()) {
    await page.getByRole('heading', { name: `第 ${number + 1}/3 单` }).waitFor();
    expect(await page.locator('[data-tour]').getAttribute('data-tour')).toContain(orders[stop]?.building);
    await page.locator('[data-deliver]').tap();
  }
  await page.locator('[data-finished]').waitFor();
  expect(errors).toEqual([]);
  await close();
  await cable.unplug();
});
