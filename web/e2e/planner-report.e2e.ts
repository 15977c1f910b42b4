// The printed report of a scenario: who saved it, whether the solver chose its sites, its changes on
// the map, and the requests that reproduce its figures.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, visit, type Visit } from './browser.ts';
import { networkReady, startServer, type Server } from './server.ts';

const SIZE = { width: 1440, height: 900, reducedMotion: true };
const AT = '2026-11-25T10:00';

interface Scenario {
  id: string;
}

interface Feature {
  id: string;
  geometry: { type: string };
}

const park = (id: string, lon: number, lat: number): object => ({
  collection: 'pocket_parks',
  id,
  op: 'put',
  feature: {
    type: 'Feature',
    id,
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [lon, lat],
          [lon + 0.0004, lat],
          [lon + 0.0004, lat + 0.0003],
          [lon, lat + 0.0003],
          [lon, lat],
        ],
      ],
    },
    properties: { name: `试点 ${id}`, area_m2: 1100 },
  },
});

describe.skipIf(!process.env['ONEMAP_BIN'])('the report', () => {
  let browser: Browser;
  let server: Server;
  let zhang: string;
  let li: string;

  async function api<T>(path: string, init: { token?: string; method?: string; body?: unknown; tag?: string } = {}) {
    const { token = zhang, method = 'GET', body, tag } = init;
    const response = await fetch(server.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(tag ? { 'if-match': tag } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.ok, `${path} ${response.status} ${response.ok ? '' : await response.clone().text()}`).toBe(true);
    return { value: (await response.json()) as T, tag: response.headers.get('etag') ?? '' };
  }
  const made = (name: string, edits: object[], question: object | null = null) =>
    api<Scenario>('/api/plan/scenarios', { method: 'POST', body: { name, edits, question } });

  async function planner(path: string): Promise<Visit> {
    const opened = await visit(browser, `${server.url}/planner${path}&at=${AT}`, { ...SIZE, token: zhang });
    await opened.page.waitForSelector('[data-planner="ready"], [data-report]');
    return opened;
  }

  beforeAll(async () => {
    browser = await launch();
    server = await startServer('--demo');
    zhang = await server.createToken('--role', 'planner', '--name', 'zhang');
    await networkReady(server.url, zhang);
    li = await server.createToken('--role', 'planner', '--name', 'li');
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test('names the planner who saved the version, not the one who created the scenario', async () => {
    const edits = [park('a', 117.1395, 39.2195)];
    const { value, tag } = await made('两人先后保存', edits);
    await api(`/api/plan/scenarios/${value.id}`, {
      method: 'PUT',
      token: li,
      tag,
      body: { name: '两人先后保存', edits, question: null },
    });
    const { page, close } = await planner(`/report?scenario=${value.id}`);
    await page.locator('[data-report][data-ready="true"]').waitFor();
    expect(await page.textContent('[data-report]')).toContain('第 2 版，li ');
    await close();
  });

  test('names the solver only for the sites that it chose', async () => {
    const siting = {
      problem: 'mclp',
      incumbent: 100,
      bound: 100,
      gap: 0,
      stop_reason: 'optimal',
      seconds: 1.5,
      seq: 1,
      network_seq: 1,
      job: '7',
      title: '覆盖人数最多',
      asked: { problem: 'mclp', k: 2 },
    };
    const edits = [park('a', 117.1395, 39.2195), park('b', 117.1205, 39.2155)];
    const { value } = await made('求解器选出的点位', edits, { address: {}, siting });
    const { page, close } = await planner(`/try?scenario=${value.id}`);
    const solver = page.locator('[data-report-solver]');
    const report = async (): Promise<void> => {
      await page.getByRole('link', { name: '交成果' }).click();
      await page.locator('[data-report-link]').click();
      await page.locator('[data-report][data-ready="true"]').waitFor();
    };
    await report();
    await solver.waitFor();
    await page.getByRole('link', { name: '返回规划页面' }).click();
    await page.getByRole('link', { name: '试一处' }).click();
    await page.locator('[data-site]').nth(1).getByRole('button', { name: '删除' }).click();
    await page.locator('[data-site]').nth(1).waitFor({ state: 'detached' });
    await report();
    await page.getByText('点位由规划员人工选定').waitFor();
    expect(await solver.count()).toBe(0);
    // Undo brings back the sites of the solver, and with them its run.
    await page.getByRole('link', { name: '返回规划页面' }).click();
    await page.locator('[data-mode-panel="hand-over"]').waitFor();
    await page.keyboard.press('Control+z');
    await report();
    await solver.waitFor();
    await close();
  });

  test('draws closed gates and lanes at their place, and prints long requests in full', async () => {
    const features = async (path: string): Promise<Feature[]> =>
      (await api<{ features: Feature[] }>(`/api/collections/${path}`)).value.features;
    const gates = await features('entrances/items?kind=gate&limit=2');
    const lane = (await features('routes/items?limit=50')).find(({ geometry }) => geometry.type === 'LineString');
    if (!lane || gates.length < 2) throw new Error('expected two gates and a lane in the demo district');
    const closed = (collection: string, { id }: Feature): object => ({
      collection,
      id,
      op: 'patch',
      properties: { foot: 'no', ebike: 'no' },
    });
    const { value } = await made('关门', [
      ...gates.map((gate) => closed('entrances', gate)),
      closed('routes', lane),
      ...Array.from({ length: 12 }, (_, i) => park(`long-${i}`, 117.12 + i * 0.001, 39.2155)),
    ]);
    const { page, close } = await planner(`/try?scenario=${value.id}`);
    // Makes an unsaved change, so that the report prints the edits and not the id of the scenario.
    await page.locator('[data-site]').first().getByRole('button', { name: '删除' }).click();
    await page.locator('[data-site]').nth(11).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: '交成果' }).click();
    await page.locator('[data-report-link]').click();
    await page.locator('[data-report][data-ready="true"]').waitFor();
    const after = page.locator('[data-figure-map]').nth(1);
    await after.locator('[data-changed-ways]').waitFor({ state: 'attached' });
    expect(await after.locator('[data-changed-gate]').count()).toBe(2);
    expect(await page.locator('[data-figure-map]').first().locator('[data-changed-gate]').count()).toBe(0);

    expect(await page.textContent('[data-report]')).not.toContain('方案没有改动');

    await page.emulateMedia({ media: 'print' });
    const last = page.locator('[data-request]').last();
    expect(((await last.textContent()) ?? '').length).toBeGreaterThan(3000);
    const { shown, whole, wide, width } = await last.evaluate((element) => ({
      shown: element.clientHeight,
      whole: element.scrollHeight,
      wide: element.scrollWidth,
      width: element.clientWidth,
    }));
    expect([shown, width]).toEqual([whole, wide]);
    await close();
  });
});
