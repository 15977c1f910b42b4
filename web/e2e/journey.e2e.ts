// One case through all pages: a resident reports it, the desk files and dispatches it, a unit handles it, a grid
// worker verifies it on the spot, the desk closes it, the resident rates it. The wall screen shows each step.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, mapReady, visit } from './browser.ts';
import { phone, photograph } from './phone.ts';
import { startServer, type Server } from './server.ts';

const LON = 117.13;
const LAT = 39.22;

/** A square around the place; `half` is half of a side, in degrees. */
function square(id: string, half: number, properties: object): object {
  const [w, s, e, n] = [LON - half, LAT - half, LON + half, LAT + half];
  return {
    type: 'Feature',
    id,
    properties,
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [w, s],
          [e, s],
          [e, n],
          [w, n],
          [w, s],
        ],
      ],
    },
  };
}

describe.skipIf(!process.env['ONEMAP_BIN'])('one case', () => {
  let browser: Browser;
  let server: Server;
  let officer: string;
  let unit: string;
  let worker: string;

  const token = (...options: string[]): Promise<string> => server.createToken(...options);
  async function put(collection: string, feature: object & { id?: string }): Promise<void> {
    const response = await fetch(`${server.url}/api/collections/${collection}/items/${feature.id ?? ''}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/geo+json' },
      body: JSON.stringify(feature),
    });
    expect(response.ok, `${collection} ${response.status}`).toBe(true);
  }

  beforeAll(async () => {
    browser = await launch();
    server = await startServer();
    await put('grids', square('c1', 0.004, { kind: 'community', code: '120113001020000', name: '温泉社区' }));
    await put('grids', square('g1', 0.004, { kind: 'grid', code: '120113001020003', name: '第3网格', parent: 'c1' }));
    await put('buildings', square('b7', 0.0003, { name: '温泉花园7号楼', number: '7', levels: 6 }));
    await put('units', {
      type: 'Feature',
      id: 'u1',
      geometry: { type: 'Point', coordinates: [LON, LAT] },
      properties: { name: '温泉物业', competences: ['corridor_clutter'], communities: ['c1'], duty_hours: '24/7' },
    } as object);
    officer = await token('--role', 'officer', '--name', '值班员');
    unit = await token('--role', 'unit', '--name', '物业', '--unit', 'u1');
    worker = await token('--role', 'grid_worker', '--name', '网格员');
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test('is reported once and followed to its end, and every page shows every step', async () => {
    const wall = await visit(browser, `${server.url}/wall`, { reducedMotion: true });
    await mapReady(wall.page);
    const resident = await phone(browser, `${server.url}/report?b=b7`);
    const desk = await visit(browser, `${server.url}/desk`, {
      width: 1440,
      height: 900,
      reducedMotion: true,
      token: officer,
    });
    await desk.page.waitForSelector('[data-desk="ready"]');

    await resident.page.locator('[data-place]', { hasText: '温泉花园7号楼' }).waitFor();
    await resident.page.getByText('楼道堆物', { exact: true }).click();
    await resident.page.fill('[name="note"]', '三楼堆了旧家具');
    await resident.page.locator('[data-send]').click();
    await resident.page.getByText('谢谢，已经收到').waitFor();
    const id = (await resident.page.textContent('[data-number]')) ?? '';

    /** Waits until the desk, the wall screen and the receipt show the case in this status. */
    async function seen(status: string): Promise<void> {
      await Promise.all([
        resident.page.waitForSelector(`[data-status="${status}"]`),
        desk.page.waitForSelector(`[data-case-shown="${id}"] [data-status="${status}"], [data-status="${status}"]`),
        wall.page.waitForSelector(`[data-warning="${id}"][data-status="${status}"]`),
      ]);
    }
    const press = async (page: Page, action: string, key: string): Promise<void> => {
      await page.waitForSelector(`[data-action="${action}"]`);
      await page.keyboard.press(key);
    };

    await wall.page.waitForSelector(`[data-warning="${id}"][data-status="reported"]`);
    await desk.page.waitForSelector(`[data-case="${id}"]`);
    await desk.page.keyboard.press('j');
    await press(desk.page, 'file', 'f');
    await seen('filed');
    await press(desk.page, 'dispatch', 'd');
    await desk.page.waitForSelector('[data-form="dispatch"] input:checked');
    await desk.page.keyboard.press('Control+Enter');
    await seen('dispatched');

    const handler = await phone(browser, `${server.url}/field#token=${unit}`);
    await handler.page.locator(`[data-group="handle"] .card[data-case="${id}"]`).click();
    await handler.page.locator('[data-action="start"]').click();
    await seen('handling');
    await handler.page.locator('[data-action="handle"]').click();
    await handler.page.setInputFiles('[data-photo="before"]', await photograph(browser, '#a63'));
    await handler.page.setInputFiles('[data-photo="after"]', await photograph(browser, '#6a3'));
    await handler.page.locator('.photos__one img').nth(1).waitFor();
    await handler.page.fill('[name="note"]', '旧家具已清走');
    await handler.page.locator('[data-send]').click();
    await seen('handled');

    const verifier = await phone(browser, `${server.url}/field#token=${worker}`, {
      at: { longitude: LON, latitude: LAT + 20 / 111_000 },
    });
    await verifier.page.locator(`[data-group="verify"] .card[data-case="${id}"]`).click();
    await verifier.page.locator('[data-action="verify"]').click();
    await verifier.page.locator('[data-near="true"]').waitFor();
    await verifier.page.getByText('已解决').click();
    await verifier.page.locator('[data-send]').click();
    await seen('verified');

    await press(desk.page, 'close', 'c');
    await resident.page.waitForSelector('[data-status="closed"]');
    await wall.page.waitForSelector(`[data-warning="${id}"]`, { state: 'detached' });
    await resident.page.locator('.star').nth(4).click();
    await resident.page.locator('[data-rate]').click();
    await resident.page.getByText('已评分').waitFor();

    const { steps } = (await (await fetch(`${server.url}/api/warnings/${id}/history`)).json()) as {
      steps: { action: string }[];
    };
    expect(steps.map((s) => s.action)).toEqual([
      'report',
      'file',
      'dispatch',
      'start',
      'handle',
      'verify',
      'close',
      'rate',
    ]);
    expect([wall.errors, desk.errors, resident.errors, handler.errors, verifier.errors]).toEqual([[], [], [], [], []]);
    await Promise.all([wall, desk, resident, handler, verifier].map((opened) => opened.close()));
  });
});
