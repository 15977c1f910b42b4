// The residents' page: report, receipt, following, rating; without an account and, if necessary, without a
// network.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, launch } from './browser.ts';
import { Cable } from './cable.ts';
import { fitsFingers, installed, phone, photograph } from './phone.ts';
import { startServer, type Server } from './server.ts';

interface Case {
  id: string;
  properties: {
    status: string;
    rating?: number;
    note?: string;
    building?: string;
    photos?: { id: string }[];
    step?: { action: string };
  };
}

describe.skipIf(!process.env['ONEMAP_BIN'])('a resident', () => {
  let browser: Browser;
  let server: Server;
  let officer: string;
  let unit: string;
  let worker: string;
  let competentUnit = '';

  const token = (...options: string[]): Promise<string> => server.createToken(...options);
  const api = async <T>(path: string, who: string, body?: unknown): Promise<T> => {
    const response = await fetch(server.url + path, {
      headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    expect(response.ok, `${path} ${response.status} ${response.ok ? '' : await response.clone().text()}`).toBe(true);
    return (await response.json()) as T;
  };
  const act = (id: string, who: string, body: object): Promise<Case> => api(`/api/warnings/${id}/actions`, who, body);
  const read = (id: string): Promise<Case> => api(`/api/warnings/${id}`, officer);

  beforeAll(async () => {
    browser = await launch();
    server = await startServer('--demo');
    const { features } = (await (await fetch(`${server.url}/api/collections/units/items?limit=1000`)).json()) as {
      features: { id: string; properties: { competences?: string[] } }[];
    };
    competentUnit = features.find((u) => u.properties.competences?.includes('corridor_clutter'))?.id ?? '';
    officer = await token('--role', 'officer', '--name', '值班员');
    unit = await token('--role', 'unit', '--name', '物业', '--unit', competentUnit);
    worker = await token('--role', 'grid_worker', '--name', '网格员');
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test('reports from the QR code of a building with a photo, follows the case live and rates it', async () => {
    const { page, errors, close } = await phone(browser, `${server.url}/report?b=wenquan-huayuan-3`);
    await page.locator('[data-place]', { hasText: '温泉花园3号楼' }).waitFor();
    expect(await page.locator('[data-send]').isDisabled()).toBe(true);
    await page.getByText('楼道堆物', { exact: true }).click();
    await page.setInputFiles('[data-photo="report"]', await photograph(browser, '#a63'));
    await page.getByRole('img', { name: '照片 1' }).waitFor();
    await page.fill('[name="note"]', '3单元2楼楼道堆了旧沙发');
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    await page.locator('[data-send]').click();

    await page.getByText('谢谢，已经收到').waitFor();
    const id = (await page.getAttribute('[data-number]', 'data-id')) ?? '';
    await page.waitForSelector('[data-status="reported"]');
    await expectAccessible(page);
    const told = await read(id);
    expect(told.properties).toMatchObject({
      status: 'reported',
      note: '3单元2楼楼道堆了旧沙发',
      building: 'wenquan-huayuan-3',
    });
    expect(told.properties.photos).toHaveLength(1);

    // Each step appears without any action on the phone.
    await act(id, officer, { action: 'file' });
    await page.waitForSelector('[data-status="filed"]');
    await act(id, officer, { action: 'dispatch', unit: competentUnit, reason: '由该单位协助' });
    await page.waitForSelector('[data-status="dispatched"]');
    await act(id, unit, { action: 'start' });
    const [photo] = told.properties.photos ?? [];
    await act(id, unit, { action: 'handle', note: '已清走', photos: [photo?.id] });
    await page.waitForSelector('[data-status="handled"]');
    await act(id, worker, { action: 'verify', result: 'pass', reason: '电话确认' });
    await act(id, officer, { action: 'close' });
    await page.waitForSelector('[data-status="closed"]');

    // The receipt is in the address and stored on the phone, so a reload changes nothing.
    await page.reload();
    await page.waitForSelector('[data-status="closed"]');
    await page.locator('.star').nth(3).click();
    await page.getByText('满意', { exact: true }).waitFor();
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    await page.locator('[data-rate]').click();
    await page.getByText('已评价').waitFor();
    expect((await read(id)).properties.rating).toBe(4);

    await page.goto(`${server.url}/report#mine`);
    await page.getByRole('link', { name: /\d{8}-\d{4}/ }).waitFor();
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await close();
  });

  test('chooses a place on the map', async () => {
    const { page, close } = await phone(browser, `${server.url}/report`, { dark: true });
    await page.getByText('设施损坏', { exact: true }).click();
    await page.locator('[data-open-map]').click();
    await page.waitForSelector('[data-place-map="ready"]', { timeout: 60_000 });
    await page.getByPlaceholder('找小区、楼栋').fill('wqhy3');
    await page.getByRole('button', { name: '温泉花园3号楼', exact: true }).click();
    await expectAccessible(page);
    await page.locator('[data-pick]').click();
    await page.locator('[data-place]', { hasText: '温泉花园3号楼' }).waitFor();
    await page.locator('[data-send]').click();
    const id = (await page.getAttribute('[data-number]', 'data-id')) ?? '';
    const sent = (await api<{ geometry: { coordinates: number[] } }>(`/api/warnings/${id}`, officer)).geometry
      .coordinates;
    const [building] = (
      await api<{ features: { geometry: { coordinates: number[][][] } }[] }>('/api/search?q=wqhy3', officer)
    ).features;
    const [lon = 0, lat = 0] = building?.geometry.coordinates[0]?.[0] ?? [];
    expect(Math.hypot((sent[0] ?? 0) - lon, (sent[1] ?? 0) - lat)).toBeLessThan(0.001);
    await close();
  });

  test('loses nothing without a network, and sends once when it is back', async () => {
    const cable = await new Cable().plug(server.url);
    const { page, errors, close } = await phone(browser, `${cable.url}/report?b=wenquan-huayuan-3`);
    await page.locator('[data-place]', { hasText: '温泉花园3号楼' }).waitFor();
    await installed(page);
    cable.pull();
    // Without a network, the page keeps the draft and opens again with it.
    await page.getByText('飞线充电', { exact: true }).click();
    await page.fill('[name="note"]', '二楼窗口拉线');
    await page.setInputFiles('[data-photo="report"]', await photograph(browser, '#36a'));
    await page.getByRole('img', { name: '照片 1' }).waitFor();
    await page.reload();
    await page.getByRole('img', { name: '照片 1' }).waitFor();
    expect(await page.inputValue('[name="note"]')).toBe('二楼窗口拉线');
    await page.locator('[data-send]').click();
    await page.getByText('已存在手机上').waitFor();
    await expectAccessible(page);
    await page.reload();
    await page.getByText('我的上报').click();
    await page.getByText('等待发送').waitFor();

    cable.mend();
    await expect
      .poll(
        async () =>
          page.evaluate(() => (JSON.parse(localStorage.getItem('onemap.reports') ?? '[]') as unknown[]).length),
        { timeout: 60_000 },
      )
      .toBe(1);
    const { features } = await api<{ features: Case[] }>(
      '/api/warnings?category=flying_wire_charging&status=reported&limit=1000',
      officer,
    );
    expect(features.filter((f) => f.properties.note === '二楼窗口拉线')).toHaveLength(1);
    expect(errors).toEqual([]);
    await close();
    await cable.unplug();
  });

  test('sees an error for an incomplete link', async () => {
    const { page, close } = await phone(browser, `${server.url}/report?case=w-nothing&receipt=or_wrong`);
    await page.getByText('找不到这份回执').waitFor();
    expect(await page.locator('.line').count()).toBe(0);
    await expectAccessible(page);
    await close();
  });
});
