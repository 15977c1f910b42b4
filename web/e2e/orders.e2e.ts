// An officer puts a day order (当日管制) in force at the desk. The rider page, the wall screen and other desks show it
// until it is ended.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, launch, mapReady, visit } from './browser.ts';
import { fitsFingers, phone } from './phone.ts';
import { startServer, type Server } from './server.ts';

describe.skipIf(!process.env['ONEMAP_BIN'])('a day order', () => {
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

  test('is put in force and ended at the desk and shown on all pages', async () => {
    const officer = await token('officer', '指挥员');
    const worker = await token('grid_worker', '网格员');
    const desk = await visit(browser, `${server.url}/desk`, { width: 1440, height: 900, token: officer });
    const wall = await visit(browser, `${server.url}/wall`);
    const { page: rider, errors, close } = await phone(browser, `${server.url}/rider`);
    await desk.page.waitForSelector('[data-desk="ready"]');
    await mapReady(wall.page);
    expect(await wall.page.locator('[data-day-orders]').count()).toBe(0);

    await desk.page.keyboard.press('Shift+O');
    await desk.page.getByText('当前没有当日管制').waitFor();
    await expectAccessible(desk.page);
    // An order without a reason is not sent, and one that ends before it begins is refused with the field's name.
    await desk.page.locator('[data-field="reason"]').press('Control+Enter');
    await desk.page.locator('[data-field="reason"][aria-invalid="true"]').waitFor();
    await desk.page.fill('[data-field="reason"]', '暴雨橙色预警');
    const until = await desk.page.inputValue('[data-field="until"]');
    await desk.page.fill('[data-field="until"]', '2026-01-01T00:00');
    await desk.page.keyboard.press('Control+Enter');
    await desk.page.locator('[data-field="until"][aria-invalid="true"]').waitFor();
    await desk.page.fill('[data-field="until"]', until);
    await desk.page.keyboard.press('Control+Enter');
    await desk.page.locator('[data-order="in-force"]', { hasText: '暴雨橙色预警' }).waitFor();
    await expectAccessible(desk.page);

    await wall.page.locator('[data-day-orders]', { hasText: '暴雨管制' }).waitFor();
    expect(await wall.page.locator('[data-day-orders]').textContent()).toMatch(/正在实行，\d+月\d+日 \d\d:00 解除/);
    await expectAccessible(wall.page);
    await rider.reload();
    await rider.locator('[data-order]', { hasText: '暴雨橙色预警' }).waitFor();
    await expectAccessible(rider);
    expect(await fitsFingers(rider)).toEqual([]);
    await rider.goto(`${server.url}/rider?b=wenquan-huayuan-3`);
    await rider.locator('[data-card] [data-order]').waitFor();

    // Grid workers see the order and cannot end it.
    const other = await visit(browser, `${server.url}/desk`, { width: 1440, height: 900, token: worker });
    await other.page.getByRole('button', { name: '暴雨管制' }).click();
    await other.page.locator('[data-order]').waitFor();
    expect(await other.page.getByRole('button', { name: '提前解除' }).count()).toBe(0);

    await desk.page.getByRole('button', { name: '提前解除' }).click();
    await desk.page.getByRole('button', { name: '确定解除' }).click();
    await desk.page.getByText('当前没有当日管制').waitFor();
    await wall.page.locator('[data-day-orders]').waitFor({ state: 'detached' });
    await other.page.getByText('当前没有当日管制').waitFor();
    expect([...wall.errors, ...other.errors, ...errors]).toEqual([]);
    await Promise.all([desk.close(), wall.close(), other.close(), close()]);
  });
});
