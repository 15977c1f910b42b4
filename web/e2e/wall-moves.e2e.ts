// The wall screen over time: new red cases and their queue, the past, a long interruption of the feed, a restart
// of the server, the views, presets, a link with a token, and the cost of updates with thousands of open cases.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { expectAccessible, launch, mapReady, visit } from './browser.ts';
import { Cable } from './cable.ts';
import { startServer, type Server } from './server.ts';
import { SyntheticFeed } from './syntheticFeed.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

interface Statuses {
  grids: { id: string; kind: string; level: string }[];
}

async function camera(page: Page): Promise<[number, number, number]> {
  const [lon = 0, lat = 0, zoom = 0] = ((await page.getAttribute('[data-camera]', 'data-camera')) ?? '')
    .split(',')
    .map(Number);
  return [lon, lat, zoom];
}

/** The level of each grid, from the table that is the map's text alternative. */
const shownLevels = async (page: Page): Promise<Record<string, string>> =>
  Object.fromEntries(
    await page
      .locator('[data-grid]')
      .evaluateAll((rows) =>
        rows.map((row) => [row.getAttribute('data-grid') ?? '', row.getAttribute('data-grid-level') ?? ''] as const),
      ),
  );

async function levels(server: string, query = ''): Promise<Record<string, string>> {
  const { grids } = (await (await fetch(`${server}/api/grids/status${query}`)).json()) as Statuses;
  return Object.fromEntries(grids.filter((g) => g.kind === 'grid').map((g) => [g.id, g.level]));
}

test('a past moment shows the levels of the API and is clearly marked', async () => {
  const { page, errors, close } = await visit(browser, `${inject('url')}/wall`, { reducedMotion: true });
  await mapReady(page);
  for (const days of [3, 11.4]) {
    await page.locator('.wall__strip input[type="range"]').evaluate(
      (slider: HTMLInputElement, at) => {
        slider.value = String(at);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
      },
      Date.now() - days * 86_400_000,
    );
    await page.waitForSelector('[data-waiting="false"]');
    const at = (await page.getAttribute('[data-past]', 'data-past')) ?? '';
    expect(Math.abs(Date.parse(at) - (Date.now() - days * 86_400_000))).toBeLessThan(180_000);
    const shown = await shownLevels(page);
    expect(Object.keys(shown).length).toBeGreaterThan(90);
    expect(shown).toEqual(await levels(inject('url'), `?as_of=${at}`));
  }
  await page.getByText(/回看 1?\d月\d+日/).waitFor();
  // The map shows the cases that were open at that moment; the panels say that they show the
  // present.
  expect(await page.locator('.past__level').count()).toBe(2);
  expect(await page.locator('.panel__title', { hasText: '现在' }).count()).toBe(3);
  await expectAccessible(page);

  // The past is played: later frames show later moments, and their levels are correct.
  await page.keyboard.press(' ');
  const first = await page.getAttribute('[data-past]', 'data-past');
  await page.waitForFunction(
    (before) => (document.querySelector('[data-past]')?.getAttribute('data-past') ?? '') > (before ?? ''),
    first,
  );
  await page.keyboard.press(' ');
  await page.waitForTimeout(300);
  const at = (await page.getAttribute('[data-past]', 'data-past')) ?? '';
  expect(await shownLevels(page)).toEqual(await levels(inject('url'), `?as_of=${at}`));

  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-past]', { state: 'detached' });
  await expect
    .poll(
      async () =>
        JSON.stringify(await shownLevels(page)) ===
        JSON.stringify(Object.fromEntries(Object.keys(await shownLevels(page)).map((id) => [id, '']))),
    )
    .toBe(false);
  expect(errors).toEqual([]);
  await close();
});

test('views can be chosen by key and address, and invalid settings are reported', async () => {
  const { page, errors, close } = await visit(
    browser,
    `${inject('url')}/wall?view=housing&tour=soon&communities=果园里,月球`,
    { reducedMotion: true },
  );
  await mapReady(page);
  await page.waitForSelector('[data-view="housing"]');
  await page.getByText('tour=soon 无法识别').waitFor();
  await page.getByText('没有这些社区：月球').waitFor();
  expect(Object.keys(await shownLevels(page)).every((id) => id.startsWith('120113001003'))).toBe(true);
  await expectAccessible(page);
  await page.keyboard.press('2');
  await page.waitForSelector('[data-view="category"]');
  await page.keyboard.press('4');
  await page.waitForSelector('[data-view="riders"]');
  await expectAccessible(page);
  expect(new URL(page.url()).searchParams.get('view')).toBe('riders');
  await page.keyboard.press('1');
  await page.waitForSelector('[data-view]', { state: 'detached' });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: '按键' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(errors).toEqual([]);
  await close();
});

test('two screens side by side show one picture, each with one panel', async () => {
  const stands: string[] = [];
  for (const part of ['1/2', '2/2']) {
    const { page, errors, close } = await visit(browser, `${inject('url')}/wall?part=${part}`, { reducedMotion: true });
    await mapReady(page);
    stands.push((await page.getAttribute('[data-camera]', 'data-camera')) ?? '');
    expect([await page.locator('.wall__left').isVisible(), await page.locator('.wall__right').isVisible()]).toEqual([
      part === '1/2',
      part === '2/2',
    ]);
    expect(errors).toEqual([]);
    await close();
  }
  expect(stands[0]).toMatch(/^117\.\d+,39\.\d+,\d+/);
  expect(stands[0]).toBe(stands[1]);
});

test('the ledger of a wide screen pages through all open cases, and its half of the map is filled', async () => {
  const asked = `${inject('url')}/api/warnings?open=true&limit=1000`;
  const openIds = async (): Promise<string[]> =>
    ((await (await fetch(asked)).json()) as { features: { id: string }[] }).features.map((f) => f.id);
  const options = { width: 2880, height: 1080, reducedMotion: true };
  const { page, errors, close } = await visit(browser, `${inject('url')}/wall?part=2/2&rotate=5`, options);
  await mapReady(page);
  const before = await openIds();
  const seen = new Set<string>();
  /** The rows in view, and the case on the card above them. */
  const shown = (): Promise<string[]> =>
    page
      .locator('.newest__rows > li, .focus[data-warning]')
      .evaluateAll((rows) =>
        rows
          .filter((row) => row.getBoundingClientRect().left < innerWidth - 8)
          .map((row) => row.getAttribute('data-warning') ?? ''),
      );
  // The first page begins with the red cases.
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll('.newest__rows[start="1"] > li')].slice(0, 3);
    return rows.length === 3 && rows.every((row) => row.querySelector('.visually-hidden')?.textContent === '红色预警');
  });
  // Meanwhile, cases may end, or a new red one may begin the first page again.
  await expect
    .poll(
      async () => {
        for (const id of await shown()) seen.add(id);
        const still = new Set(await openIds());
        return before.filter((id) => still.has(id) && !seen.has(id));
      },
      { timeout: 90_000, interval: 1000 },
    )
    .toEqual([]);
  await expectAccessible(page);
  expect(errors).toEqual([]);
  const [, , zoom] = await camera(page);
  await close();
  // The district is as wide as the two maps together, and not as high as they are.
  const single = await visit(browser, `${inject('url')}/wall`, { reducedMotion: true });
  await mapReady(single.page);
  expect(zoom).toBeGreaterThan((await camera(single.page))[2] + 0.7);
  await single.close();
});

test('the map is restored after the WebGL context was lost', async () => {
  const { page, close } = await visit(browser, `${inject('url')}/wall`, { reducedMotion: true });
  await mapReady(page);
  await page.evaluate(() =>
    document.querySelector('canvas')?.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext(),
  );
  await page.waitForSelector('[data-built="2"]', { timeout: 60_000 });
  expect(await page.locator('.wall__canvas canvas').count()).toBe(1);
  await close();
});

describe.skipIf(!process.env['ONEMAP_BIN'])('with a server of its own', () => {
  let server: Server;
  let folder: string;
  const LON = 117.13;
  const LAT = 39.22;

  const token = (...options: string[]): Promise<string> => server.createToken(...options);
  async function send(method: string, path: string, body: object): Promise<{ id: string }> {
    const response = await fetch(server.url + path, {
      method,
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.ok, `${path} ${response.status} ${response.ok ? '' : await response.clone().text()}`).toBe(true);
    return (await response.json()) as { id: string };
  }
  const square = (id: string, [x, y]: [number, number], half: number, properties: object): object => ({
    type: 'Feature',
    id,
    properties,
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [x - half, y - half],
          [x + half, y - half],
          [x + half, y + half],
          [x - half, y + half],
          [x - half, y - half],
        ],
      ],
    },
  });
  /** Sends a report that is red at once, each at another place. */
  const red = (n: number): Promise<{ id: string }> =>
    send('POST', '/api/warnings', {
      category: 'blocked_route',
      geometry: {
        type: 'Point',
        coordinates: [LON - 0.003 + (n % 6) * 0.0012, LAT - 0.003 + Math.floor(n / 6) * 0.0012],
      },
      note: `第${n}处`,
    });
  const close = (id: string): Promise<{ id: string }> =>
    send('POST', `/api/warnings/${id}/actions`, { action: 'reject', reason: '测试' });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onemap-e2e-'));
    const rules = await readFile(new URL('../../geodata/rules.toml', import.meta.url), 'utf8');
    await writeFile(
      join(folder, 'rules.toml'),
      rules.replace(/(\[categories\.blocked_route\][^[]*?level = )"yellow"/, '$1"red"'),
    );
    server = await startServer('--config', folder, '--feed-retention', '4');
    await send(
      'PUT',
      '/api/collections/grids/items/c1',
      square('c1', [LON, LAT], 0.004, { kind: 'community', code: '120113001020000', name: '温泉社区' }),
    );
    await send(
      'PUT',
      '/api/collections/grids/items/g1',
      square('g1', [LON, LAT], 0.004, { kind: 'grid', code: '120113001020003', name: '第3网格', parent: 'c1' }),
    );
    await send(
      'PUT',
      '/api/collections/grids/items/c2',
      square('c2', [LON + 0.01, LAT], 0.004, { kind: 'community', code: '120113001021000', name: '朝阳社区' }),
    );
    await send(
      'PUT',
      '/api/collections/grids/items/g2',
      square('g2', [LON + 0.01, LAT], 0.004, { kind: 'grid', code: '120113001021001', name: '第1网格', parent: 'c2' }),
    );
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('before the first report the figures are dashes and not zero', async () => {
    const { page, close: leave } = await visit(browser, `${server.url}/wall`, { reducedMotion: true });
    await mapReady(page);
    expect((await page.locator('.figure__number').allTextContents()).map((text) => text.startsWith('–'))).toEqual([
      true,
      true,
      true,
    ]);
    await page.locator('.oldest', { hasText: '暂无预警数据' }).waitFor();
    expect(await page.getByText('目前无红色预警').count()).toBe(0);
    expect(await shownLevels(page)).toEqual({ g1: 'no_data', g2: 'no_data' });
    await expectAccessible(page);
    await leave();
  });

  test('a new red case is shown, others wait by age, and the tour continues', async () => {
    const {
      page,
      errors,
      close: leave,
    } = await visit(browser, `${server.url}/wall?tour=30&cards=1`, {
      reducedMotion: true,
    });
    await mapReady(page);
    // The tour shows a community and its card, which takes no focus.
    await page.locator('.sign__name', { hasText: '温泉社区' }).waitFor();
    await page.locator('[data-tour-card]').getByRole('heading', { name: '温泉社区' }).waitFor();
    expect(await page.locator('[data-tour-card]:focus-within, [role="dialog"]').count()).toBe(0);
    await expectAccessible(page);
    const first = await red(0);
    await page.waitForSelector(`.focus--new[data-warning="${first.id}"]`);
    // The card makes room for the new case.
    await page.locator('[data-tour-card]').waitFor({ state: 'detached' });
    // The new case is shown in five lines and announced to screen readers.
    const lines = await page.locator('.focus--new dd').allTextContents();
    expect(lines.map((line) => line.trim() !== '')).toEqual([true, true, true, true, true]);
    expect(lines[0]).toContain('红色预警');
    expect(await page.locator('[data-live="red"]').textContent()).toMatch(/新的红色预警/);
    await expect
      .poll(() => camera(page))
      .toEqual([expect.closeTo(LON - 0.003, 4), expect.closeTo(LAT - 0.003, 4), expect.any(Number)]);
    const [second, third] = [await red(1), await red(2)];
    await page.locator(`.newest [data-warning="${second.id}"]`).waitFor();
    await page.locator(`.newest [data-warning="${third.id}"]`).waitFor();
    // The next one is the older of the two waiting cases.
    await page.waitForSelector(`.focus--new[data-warning="${second.id}"]`, { timeout: 20_000 });
    await close(second.id);
    await page.waitForSelector(`.focus--new[data-warning="${third.id}"]`);
    await close(third.id);
    await close(first.id);
    await page.waitForSelector('.focus--new', { state: 'detached' });
    await page.locator('.sign__name').waitFor();
    // A key press pauses the tour.
    await page.keyboard.press('ArrowRight');
    await page.getByText('自动巡览已暂停').waitFor();
    await page.keyboard.press(' ');
    await page.getByText('自动巡览已暂停').waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
    await leave();
  });

  test('of ten new red cases the oldest are shown and the others counted', async () => {
    const { page, close: leave } = await visit(browser, `${server.url}/wall`, { reducedMotion: true });
    await mapReady(page);
    const cases = await Promise.all(Array.from({ length: 10 }, (_, n) => red(n)));
    await page.waitForSelector('.focus--new');
    await page.getByText(/另有 [34] 处新的红色预警/).waitFor();
    for (const { id } of cases) await close(id);
    await page.waitForSelector('.focus--new', { state: 'detached' });
    expect(await page.locator('[data-more]').count()).toBe(0);
    await leave();
  });

  test('the data is correct after a long interruption and after a restart', async () => {
    const cable = await new Cable().plug(server.url);
    const { page, close: leave } = await visit(browser, `${cable.url}/wall`, { reducedMotion: true });
    await mapReady(page);
    const before = await red(0);
    await page.locator(`[data-warning="${before.id}"]`).first().waitFor();
    cable.pull();
    await page.locator('[data-stale="true"]').waitFor({ timeout: 30_000 });
    // Nine commits (one case ends, eight begin), more than the four that the server keeps for the
    // feed.
    await close(before.id);
    const cases = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(red));
    cable.mend();
    await page.locator('[data-stale="false"]').waitFor({ timeout: 30_000 });
    await page.waitForSelector(`[data-warning="${before.id}"]`, { state: 'detached' });
    await page.waitForSelector('.focus--new');
    await expect.poll(() => shownLevels(page)).toEqual(await levels(server.url));

    await server.restart(async () => {
      await page.locator('[data-stale="true"]').waitFor({ timeout: 30_000 });
      expect(await page.locator('[data-map="ready"] canvas').count()).toBe(1);
    });
    await page.locator('[data-stale="false"]').waitFor({ timeout: 30_000 });
    for (const { id } of cases) await close(id);
    await expect.poll(() => shownLevels(page), { timeout: 20_000 }).toEqual({ g1: 'green', g2: 'green' });
    await leave();
    await cable.unplug();
  });

  test('an officer can save a preset, and a link with a token opens it read-only', async () => {
    const officer = await token('--role', 'officer', '--name', '值班员');
    const desk = await visit(browser, `${server.url}/wall`, { reducedMotion: true, token: officer });
    await mapReady(desk.page);
    await desk.page.keyboard.press('s');
    await desk.page.getByRole('dialog', { name: '大屏设置' }).waitFor();
    await desk.page.selectOption('[name="view"]', 'riders');
    await desk.page.fill('[name="tour"]', '45');
    await desk.page.getByLabel('朝阳社区').check();
    await desk.page.waitForSelector('[data-save]');
    await expectAccessible(desk.page);
    expect(await desk.page.inputValue('[name="link"]')).toBe(`${server.url}/wall?view=riders&communities=c2&tour=45`);
    await desk.page.fill('[name="preset"]', 'night');
    await desk.page.fill('[name="title"]', '夜班');
    await desk.page.locator('[data-save]').click();
    await desk.page.locator('[data-preset="night"]').waitFor();
    expect(desk.errors).toEqual([]);

    const kiosk = await token('--role', 'officer', '--name', '大屏', '--read-only');
    const wall = await visit(browser, `${server.url}/wall?preset=night&lang=en#token=${kiosk}`, {
      reducedMotion: true,
    });
    await mapReady(wall.page);
    await wall.page.waitForSelector('[data-view="riders"]');
    await wall.page.locator('.sign__name', { hasText: '朝阳社区' }).waitFor();
    expect(Object.keys(await shownLevels(wall.page))).toEqual(['g2']);
    const session = (await (await wall.page.request.get(`${server.url}/api/session`)).json()) as {
      role: string;
      read_only: boolean;
    };
    expect(session).toMatchObject({ role: 'officer', read_only: true });
    expect(wall.errors).toEqual([]);
    await wall.close();

    await desk.page.locator('[data-preset="night"]').getByRole('button', { name: '删除' }).click();
    await desk.page.locator('[data-preset="night"]').waitFor({ state: 'detached' });
    await desk.close();

    const refused = await visit(browser, `${server.url}/wall?preset=night#token=om_0000`, { reducedMotion: true });
    await refused.page.getByText('没有名为 night 的预设').waitFor();
    await refused.page.getByText('服务器没有接受本屏的只读令牌').waitFor();
    await refused.close();
  });
});

/** The number of simulated steps. ONEMAP_UPDATES=20000 simulates a whole night. */
const updates = Number(process.env['ONEMAP_UPDATES'] ?? 1500);

test(
  'with five thousand open cases, updates are measured and the number of DOM nodes does not grow',
  { timeout: 120_000 + updates * 30 },
  async () => {
    const grids = Object.keys(await levels(inject('url')));
    const feed = await new SyntheticFeed(inject('url'), 5000, grids).start();
    const { page, errors, close } = await visit(browser, `${feed.url}/wall`, { reducedMotion: true });
    await mapReady(page);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const metrics = async (): Promise<{ nodes: number; heap: number }> => {
      await session.send('HeapProfiler.collectGarbage');
      const all = Object.fromEntries(
        (await session.send('Performance.getMetrics')).metrics.map((m) => [m.name, m.value]),
      );
      return { nodes: all['Nodes'] ?? 0, heap: all['JSHeapUsedSize'] ?? 0 };
    };
    /**
     * Sends `n` steps of different cases, many times faster than in a busy night. Each makes its case yellow or
     * green, never red, so the camera does not move.
     */
    async function run(n: number): Promise<void> {
      for (let i = 0; i < n; i += 1) {
        feed.step((i * 37) % 5000, ['yellow', 'green'][i % 2]);
        if (i % 4 === 3) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await page.waitForTimeout(1500);
    }
    await run(300);
    await page.evaluate(() => {
      const costs: Record<string, number[]> = {};
      (globalThis as unknown as { costs: typeof costs }).costs = costs;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) (costs[entry.name] ??= []).push(entry.duration);
      }).observe({ type: 'measure' });
    });
    const before = await metrics();
    await run(updates);
    const after = await metrics();
    const costs = await page.evaluate(() => (globalThis as unknown as { costs: Record<string, number[]> }).costs);
    const figures = Object.entries(costs).map(([name, all]) => {
      const sorted = all.toSorted((a, b) => a - b);
      const at = (share: number): string =>
        (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
      return `${name}: ${all.length} × median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(1)} ms`;
    });
    process.stdout.write(
      `${figures.join('\n')}\nnodes ${before.nodes} → ${after.nodes}, heap ${(before.heap / 1e6).toFixed(1)} → ${(after.heap / 1e6).toFixed(1)} MB after ${updates} updates\n`,
    );
    expect(costs['wall-commit']?.length).toBe(updates);
    expect(after.nodes).toBeLessThan(before.nodes * 1.2 + 200);
    expect(errors).toEqual([]);
    await close();
    await feed.stop();
  },
);
