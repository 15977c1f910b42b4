// The map's data on the rider's phone: search, card and route without a network.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { expectAccessible, launch } from './browser.ts';
import { Cable } from './cable.ts';
import { fitsFingers, installed, paste, phone, type Spot } from './phone.ts';
import { Rewriter } from './rewriter.ts';

const url = inject('url');
const token = inject('token');
let browser: Browser;

/** The start: in a lane west of the compound. */
const BEGIN: Spot = { longitude: 117.1342, latitude: 39.224 };

interface Route {
  features: {
    geometry: { coordinates: [number, number][] };
    properties: { mode: string; steps: { text: { zh: string } }[] };
  }[];
  summary: { gate: { name: string } | null; door: { id: string } | null; duration_s: number };
}
interface Manifest {
  parts: Record<'topology' | 'geometry' | 'attributes' | 'directory', { hash: string }>;
}
interface Card {
  gates: { name: string; admits: string; reason: { zh: string } }[];
}

const json = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
  const response = await fetch(url + path, { headers: { 'content-type': 'application/json' }, ...init });
  expect(response.ok, `${path}: HTTP ${response.status}`).toBe(true);
  return (await response.json()) as T;
};
const routed = ({ longitude: lon, latitude: lat }: Spot, to: object): Promise<Route> =>
  json('/api/route', { method: 'POST', body: JSON.stringify({ from: { lon, lat }, to, profile: 'ebike' }) });

beforeAll(async () => {
  browser = await launch();
  // The server builds the network after its start.
  for (let tries = 0; tries < 120; tries += 1) {
    if ((await fetch(`${url}/api/network`)).ok) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
});
afterAll(() => browser.close());

/** Waits until the data is on the phone. */
const loaded = (page: Page): Promise<void> =>
  page.locator('[data-offline-data="ready"]').waitFor({ state: 'attached', timeout: 60_000 });

/** Moves the phone along a line. */
async function walk(context: BrowserContext, page: Page, line: [number, number][]): Promise<void> {
  let along_m = 0;
  for (const [i, [longitude, latitude]] of line.entries()) {
    const [x = longitude, y = latitude] = line[i - 1] ?? [];
    along_m += Math.hypot((longitude - x) * 86_350, (latitude - y) * 111_020);
    await context.setGeolocation({ longitude, latitude, accuracy: 8 });
    await page.waitForFunction(
      (metres) => Math.abs(Number(document.querySelector<HTMLElement>('[data-along]')?.dataset['along']) - metres) < 8,
      along_m,
    );
  }
  await page.locator('[data-now]', { hasText: '到了' }).waitFor();
}

const lineOf = ({ features }: Route): [number, number][] => features.flatMap((f) => f.geometry.coordinates);
const stepsOf = ({ features }: Route): string[] =>
  features.flatMap((f) => f.properties.steps.map(({ text }) => text.zh));

test('an order is delivered with a network, and another one to a new door after a restart without a network', async () => {
  const cable = await new Cable().plug(url);
  const { context, page, close } = await phone(browser, `${cable.url}/rider`, { at: BEGIN });
  await loaded(page);
  await installed(page);
  await paste(page, '天津市北辰区果园新村街道温泉花园3号楼2单元501 李小明先生 13812345678');
  await page.locator('[data-found] a').first().tap();
  await page.locator('[data-best-gate]').waitFor();
  await page.locator('[data-take-me]').tap();
  await page.locator('[data-now]').waitFor({ timeout: 60_000 });
  expect(await page.locator('[data-offline]').count()).toBe(0);
  await walk(context, page, lineOf(await routed(BEGIN, { building: 'wenquan-huayuan-3', unit: '2', room: '501' })));

  // The tiles of the whole district are stored too, not only those that the map has shown.
  await page.waitForFunction(() => localStorage.getItem('onemap.rider.map') !== null, null, { timeout: 60_000 });

  // The phone restarts without a network, and without the browser's own cache.
  const session = await context.newCDPSession(page);
  await session.send('Network.clearBrowserCache');
  await page.close();
  cable.pull();
  await context.setGeolocation({ ...BEGIN, accuracy: 10 });
  const again = await context.newPage();
  const errors: string[] = [];
  again.on('pageerror', (error) => errors.push(String(error.stack ?? error)));
  await again.goto(`${cable.url}/rider`);
  await again.locator('[data-offline-data="ready"]', { hasText: '离线数据更新于' }).waitFor();
  await again.fill('[name="q"]', '温泉花园5号楼1单元301');
  const found = again.locator('[data-found] a').first();
  await found.waitFor();
  expect(await found.textContent()).toContain('温泉花园5号楼');
  await again.locator('[data-offline]', { hasText: '离线数据，更新于' }).waitFor();
  await expectAccessible(again);
  expect(await fitsFingers(again)).toEqual([]);

  await found.tap();
  await again.locator('[data-best-gate]').waitFor();
  await again.locator('[data-offline]').waitFor();
  const card = await json<Card>('/api/buildings/wenquan-huayuan-5/access?mode=ebike&unit=1&room=301');
  expect(await again.locator('[data-best-gate] h2').textContent()).toBe(card.gates[0]?.name);
  expect(await again.locator('[data-best-gate] .gate__why').textContent()).toContain(card.gates[0]?.reason.zh);
  expect(await again.locator('[data-other-gates] li').count()).toBe(card.gates.length - 1);
  await expectAccessible(again);
  expect(await fitsFingers(again)).toEqual([]);

  await again.locator('[data-take-me]').tap();
  await again.locator('[data-now]').waitFor();
  await again.locator('[data-offline]').waitFor();
  const missing: string[] = [];
  again.on('requestfailed', (request) => {
    // MapLibre cancels requests for tiles that are no longer in view (ERR_ABORTED); these are not missing.
    if (request.url().includes('/api/tiles/') && request.failure()?.errorText !== 'net::ERR_ABORTED')
      missing.push(request.url());
  });
  await again.waitForSelector('[data-way-map="ready"]', { timeout: 60_000 });
  const route = await routed(BEGIN, { building: 'wenquan-huayuan-5', unit: '1', room: '301' });
  await again.getByRole('button', { name: '全部步骤' }).tap();
  expect(await again.locator('.step__text').allTextContents()).toEqual(stepsOf(route));
  await expectAccessible(again);
  expect(await fitsFingers(again)).toEqual([]);
  await walk(context, again, lineOf(route));
  expect(missing).toEqual([]);

  // For an unknown building, the phone gives the same answer as the server.
  await again.goto(`${cable.url}/rider?b=no-such-house`);
  await again.getByText('没有这个地点').waitFor();
  // With the network, the same page asks the server again.
  cable.mend();
  await again.goto(`${cable.url}/rider?b=wenquan-huayuan-5`);
  await again.locator('[data-best-gate]').waitFor();
  await expect.poll(() => again.locator('[data-offline]').count()).toBe(0);
  expect(errors).toEqual([]);
  await close();
  await cable.unplug();
});

test('a slow server is replaced by the phone after a few seconds, until it answers again', async () => {
  const proxy = await new Rewriter(url).listen();
  const { page, errors, close } = await phone(browser, `${proxy.url}/rider`, { at: BEGIN });
  await loaded(page);
  proxy.delay = (path) => (path.includes('/access') ? 30_000 : 0);
  await page.goto(`${proxy.url}/rider?b=wenquan-huayuan-4`);
  const begun = Date.now();
  await page.locator('[data-best-gate]').waitFor();
  expect(Date.now() - begun).toBeGreaterThan(2500);
  const note = page.locator('[data-offline]', { hasText: '离线数据，更新于' });
  await note.waitFor();
  proxy.delay = () => 0;
  await note.getByRole('button', { name: '重试' }).tap();
  await expect.poll(() => note.count()).toBe(0);
  await page.locator('[data-best-gate]').waitFor();
  expect(errors).toEqual([]);
  await close();
  await proxy.close();
});

/** Everything that the browser keeps for the page, as text. */
const everythingKept = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const pieces: string[] = [JSON.stringify([localStorage, sessionStorage, document.cookie])];
    const text = (bytes: ArrayBuffer | ArrayBufferView): string => new TextDecoder().decode(bytes as ArrayBuffer);
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const answer = await cache.match(request);
        pieces.push(request.url, answer ? text(await answer.arrayBuffer()) : '');
      }
    }
    const done = <T>(asked: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        asked.addEventListener('success', () => resolve(asked.result));
        asked.addEventListener('error', () => reject(asked.error));
      });
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name));
      for (const store of database.objectStoreNames)
        for (const value of await done(database.transaction(store).objectStore(store).getAll()))
          pieces.push(
            store,
            JSON.stringify(value, (_, part: unknown) => (part instanceof Uint8Array ? text(part) : part)),
          );
      database.close();
    }
    return pieces.join('\n');
  });

test.skipIf(token === '')(
  'no door code, protected note or position is stored on the phone or contained in an address',
  async () => {
    const gate = 'wenquan-huayuan-gate-n';
    const [code, secret] = ['CANARY-code-7391', 'CANARY-note-5520'];
    const patch = (properties: object): Promise<unknown> =>
      json(`/api/collections/entrances/items/${gate}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify({ properties }),
      });
    const { properties: before } = await json<{ properties: Record<string, unknown> }>(
      `/api/collections/entrances/items/${gate}`,
      { headers: { authorization: `Bearer ${token}` } },
    );
    await patch({ access_code: code, access_note: secret });
    const { page, context, errors, close } = await phone(browser, `${url}/rider`, { at: BEGIN });
    // The browser is signed in with an account that may see the code and the note.
    await context.request.post(`${url}/api/session`, { data: { token } });
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    await page.goto(`${url}/rider?b=wenquan-huayuan-2`);
    await page.locator('[data-take-me]').tap();
    await page.locator('[data-now]').waitFor({ timeout: 60_000 });
    await page.goto(`${url}/rider`);
    await loaded(page);
    await installed(page);
    const kept = await everythingKept(page);
    // A public text of the same gate is found, so the data of the gate is on the phone.
    expect(kept).toContain('温泉花园北门');
    expect(kept).not.toContain(code);
    expect(kept).not.toContain(secret);
    for (const part of [String(BEGIN.longitude), String(BEGIN.latitude)]) {
      expect(addresses.filter((address) => address.includes(part))).toEqual([]);
      expect(kept).not.toContain(part);
    }
    expect(errors).toEqual([]);
    await patch({ access_code: before['access_code'] ?? null, access_note: before['access_note'] ?? null });
    await close();
  },
);

test.skipIf(token === '')('only parts that changed are loaded', async () => {
  const { page, errors, close } = await phone(browser, `${url}/rider`, { at: BEGIN });
  const parts: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/network/parts/')) parts.push(request.url());
  });
  await loaded(page);
  expect(new Set(parts).size).toBe(4);
  const first = await json<Manifest>('/api/network');
  await page.locator('[data-offline-data] summary').tap();
  await json('/api/collections/entrances/items/wenquan-huayuan-gate-s', {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify({ properties: { guidance: `请从南门进 ${Date.now()}` } }),
  });
  // The server builds the parts at most every few seconds.
  await expect
    .poll(
      async () => {
        await page.locator('[data-load]:not([disabled])').tap();
        await page.locator('[data-load]:not([disabled])').waitFor();
        return parts.length;
      },
      { timeout: 30_000, interval: 1000 },
    )
    .toBeGreaterThan(4);
  const now = await json<Manifest>('/api/network');
  expect(now.parts.attributes.hash).not.toBe(first.parts.attributes.hash);
  // The topology and the geometry did not change, and no part is loaded twice.
  expect([now.parts.topology, now.parts.geometry]).toEqual([first.parts.topology, first.parts.geometry]);
  expect(parts).toHaveLength(new Set(parts).size);
  await page.reload();
  await loaded(page);
  await page.waitForTimeout(5000);
  expect(parts).toHaveLength(new Set(parts).size);
  expect(errors).toEqual([]);
  await close();
});
