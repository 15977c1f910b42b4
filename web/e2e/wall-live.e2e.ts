// The wall screen with live data: an interrupted feed, a new red case, the import of a city.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { cheapContext, expectAccessible, launch, mapReady, visit } from './browser.ts';
import { Cable } from './cable.ts';
import { startServer, type Server } from './server.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

async function camera(page: Page): Promise<[number, number, number]> {
  const [lon = 0, lat = 0, zoom = 0] = ((await page.getAttribute('[data-camera]', 'data-camera')) ?? '')
    .split(',')
    .map(Number);
  return [lon, lat, zoom];
}

test('a stale feed shows its age and recovers by itself', async () => {
  const cable = await new Cable().plug(inject('url'));
  const { page, close } = await visit(browser, `${cable.url}/wall`);
  await mapReady(page);
  await page.locator('[data-stale="false"]', { hasText: '数据实时' }).waitFor();
  cable.pull();
  const badge = page.locator('[data-stale="true"]');
  await badge.waitFor({ timeout: 15_000 });
  expect(await badge.textContent()).toMatch(/数据已 \d+ 秒未更新 · 正在重连/);
  await expectAccessible(page);
  cable.mend();
  await page.locator('[data-stale="false"]', { hasText: '数据实时' }).waitFor({ timeout: 40_000 });
  await close();
  await cable.unplug();
});

test('a wall screen that starts before the server waits for it', async () => {
  const context = await cheapContext(browser, { viewport: { width: 1920, height: 1080 } });
  const page = await context.newPage();
  await page.route('**/api/**', (route) => route.abort());
  await page.goto(`${inject('url')}/wall`);
  await page.getByText('无法连接服务器').waitFor();
  await expectAccessible(page);
  await page.unroute('**/api/**');
  await mapReady(page);
  expect(await page.getByText('无法连接服务器').count()).toBe(0);
  await context.close();
});

describe.skipIf(!process.env['ONEMAP_BIN'])('with a server of its own', () => {
  describe('an import', () => {
    let server: Server;
    let folder: string;
    beforeAll(async () => {
      server = await startServer();
      folder = await mkdtemp(join(tmpdir(), 'onemap-e2e-'));
    });
    afterAll(async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });

    /** A file with a town of small houses, about one every 30 m in each direction. */
    async function town(name: string, [lon, lat]: [number, number], houses: number): Promise<string> {
      const side = Math.ceil(Math.sqrt(houses));
      const features = Array.from({ length: houses }, (_, i) => {
        const [x, y] = [lon + (i % side) * 0.0004, lat + Math.floor(i / side) * 0.0003];
        const [r, t] = [x + 0.0002, y + 0.00015];
        return {
          type: 'Feature',
          id: `${name}-${i}`,
          properties: { levels: 6 },
          geometry: {
            type: 'Polygon',
            coordinates: [
              [
                [x, y],
                [r, y],
                [r, t],
                [x, t],
                [x, y],
              ],
            ],
          },
        };
      });
      const path = join(folder, `${name}.geojson`);
      await writeFile(path, JSON.stringify({ type: 'FeatureCollection', features }));
      return path;
    }

    test('fills an empty wall screen, and the camera moves to the next import', async () => {
      const { page, errors, close } = await visit(browser, `${server.url}/wall`, { reducedMotion: true });
      await page.getByText('地图暂无数据').waitFor();
      await expectAccessible(page);

      await server.command('import', await town('first', [117.1, 39.2], 1500), '--collection', 'buildings');
      await page.getByText('已导入 1,500 栋楼').waitFor({ timeout: 20_000 });
      await page.getByText('地图暂无数据').waitFor({ state: 'detached' });
      await expect.poll(async () => (await camera(page))[0], { timeout: 20_000 }).toBeCloseTo(117.1078, 2);

      await server.command('import', await town('second', [7.41, 43.72], 1200), '--collection', 'buildings');
      await page.getByText('已导入 1,200 栋楼').waitFor({ timeout: 20_000 });
      await expect.poll(async () => (await camera(page))[0], { timeout: 20_000 }).toBeCloseTo(7.417, 2);
      expect(errors).toEqual([]);
      await close();
    });
  });
});
