// A rider takes several orders at once, and scans the plate of a building.
import type { Browser, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { gcj02 } from '../src/core/position/gcj02.ts';
import { expectAccessible, launch } from './browser.ts';
import { askForMondayMorning, fitsFingers, phone, type Spot } from './phone.ts';

const url = inject('url');
let browser: Browser;

const BEGIN: Spot = { longitude: 117.1342, latitude: 39.224 };
const HOUSE = 'wenquan-huayuan-3';
const ORDERS =
  '温泉花园3号楼2单元501 李小明先生 13812345678\n温泉花园5号楼1单元302 王女士 13912345678\n朝阳新苑3号楼1单元602 17012345678转12';

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

interface Trip {
  visits: { stop: number; first_leg: number }[];
  features: { geometry: { coordinates: [number, number][] } }[];
}

test('several orders are pasted, planned with one tap, and delivered door by door', async () => {
  const { context, page, errors, close } = await phone(browser, `${url}/rider`, { at: BEGIN });
  await askForMondayMorning(context);
  const asked: Request[] = [];
  page.on('request', (request) => asked.push(request));
  await page.locator('[data-many]').click();
  await page.locator('[name="orders"]').evaluate((box, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    box.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, ORDERS);
  expect(await page.inputValue('[name="orders"]')).not.toMatch(/李|王|138|139|170/);
  await page.locator('[data-add]').click();
  await page.locator('[data-order-stop]').nth(2).waitFor();
  await expectAccessible(page);
  expect(await fitsFingers(page)).toEqual([]);
  const searched = asked.map((r) => decodeURIComponent(r.url())).join('\n');
  expect(searched).not.toMatch(/李小明|先生|女士|13812345678/);
  // Adds a fourth order from its card, moves it up and removes it.
  await page.goto(`${url}/rider?b=wenquan-huayuan-1`);
  await page.locator('[data-add-order]').click();
  await page.getByRole('link', { name: '多单（4）' }).click();
  await page.getByRole('button', { name: '上移 温泉花园1号楼' }).click();
  expect(await page.locator('[data-order-stop]').nth(2).textContent()).toContain('温泉花园1号楼');
  await page.getByRole('button', { name: '删除 温泉花园1号楼' }).click();
  await page.reload();
  await expect.poll(() => page.locator('[data-order-stop]').count()).toBe(3);

  const answer = page.waitForResponse((response) => response.url().endsWith('/api/trip') && response.status() === 200, {
    timeout: 60_000,
  });
  await page.locator('[data-plan]').click();
  const trip = (await (await answer).json()) as Trip;
  await page.waitForSelector('[data-way-map="ready"]', { timeout: 60_000 });
  await page.getByRole('heading', { name: '第 1/3 单' }).waitFor();
  await expectAccessible(page);
  expect(await fitsFingers(page)).toEqual([]);
  await page.getByRole('button', { name: '全部步骤' }).click();
  await expectAccessible(page);

  for (const [i, { first_leg: first }] of trip.visits.entries()) {
    const legs = trip.features.slice(first, trip.visits[i + 1]?.first_leg);
    const [longitude, latitude] = legs.at(-1)?.geometry.coordinates.at(-1) ?? [0, 0];
    // The rider moves along the way; the last position is that of the door.
    for (const [x, y] of legs.flatMap((leg) => leg.geometry.coordinates)) {
      await context.setGeolocation({ longitude: x, latitude: y, accuracy: 8 });
      await page.waitForTimeout(60);
    }
    await context.setGeolocation({ longitude, latitude, accuracy: 8 });
    await page.locator('[data-now]', { hasText: '到了' }).waitFor();
    await page.locator('[data-deliver]').click();
    if (i !== 0) continue;
    // One tap reverts the last delivery.
    await page.getByRole('heading', { name: '第 2/3 单' }).waitFor();
    await page.locator('[data-undo]').click();
    await page.getByRole('heading', { name: '第 1/3 单' }).waitFor();
    await page.locator('[data-deliver]').click();
  }
  await page.locator('[data-finished]').waitFor();
  await expectAccessible(page);
  expect(asked.filter((r) => r.url().endsWith('/api/trip'))).toHaveLength(1);
  await page.getByRole('link', { name: '清空并返回' }).click();
  await page.locator('[name="q"]').waitFor();
  expect(await page.evaluate(() => localStorage.getItem('onemap.rider.stops'))).toBeNull();
  expect(errors).toEqual([]);
  await close();
});

test('a rider who is turned away at a gate gets a trip through another one', async () => {
  const { context, page, errors, close } = await phone(browser, `${url}/rider?b=${HOUSE}&unit=2`, { at: BEGIN });
  await askForMondayMorning(context);
  await page.locator('[data-add-order]').click();
  await page.goto(`${url}/rider/orders`);
  const answer = page.waitForResponse((response) => response.url().endsWith('/api/trip') && response.ok(), {
    timeout: 60_000,
  });
  await page.locator('[data-plan]').click();
  const { visits } = (await (await answer).json()) as {
    visits: { gate: { id: string; name: string; position: [number, number] } | null }[];
  };
  const gate = visits[0]?.gate;
  if (!gate) throw new Error('the trip passes no gate');
  await page.waitForSelector('[data-way-map="ready"]', { timeout: 60_000 });
  const [longitude, latitude] = gate.position;
  await context.setGeolocation({ longitude, latitude, accuracy: 8 });
  await page.getByRole('button', { name: '没让进' }).click();
  await page.getByText('已记下').waitFor();
  await expectAccessible(page);
  expect(await fitsFingers(page)).toEqual([]);
  if (process.env['ONEMAP_SHOTS']) await page.screenshot({ path: `${process.env['ONEMAP_SHOTS']}/tour-gate.png` });
  const again = page.waitForRequest((request) => request.url().endsWith('/api/trip'));
  await page.locator('[data-other-gate]').click();
  expect(((await again).postDataJSON() as { avoid?: string[] }).avoid).toEqual([gate.id]);
  await page.locator('[data-avoided]', { hasText: `已避开${gate.name}` }).waitFor();
  await page.locator('[data-now]').waitFor();
  expect(errors).toEqual([]);
  await close();
});

test('an order that cannot be planned is named', async () => {
  const { page, errors, close } = await phone(browser, `${url}/rider?b=${HOUSE}`, { at: BEGIN });
  await page.locator('[data-add-order]').click();
  // Stores an order whose building is no longer on the map.
  await page.evaluate(() => {
    const kept = JSON.parse(localStorage.getItem('onemap.rider.stops') ?? '{}') as { stops: object[] };
    kept.stops.push({ ...kept.stops[0], id: 'gone', name: '已拆除的楼' });
    localStorage.setItem('onemap.rider.stops', JSON.stringify(kept));
  });
  await page.goto(`${url}/rider/orders`);
  await page.locator('[data-plan]').click();
  await page.getByRole('heading', { name: '已拆除的楼' }).waitFor({ timeout: 60_000 });
  await expectAccessible(page);
  expect(await fitsFingers(page)).toEqual([]);
  await page.getByRole('link', { name: '返回订单' }).click();
  await page.getByRole('button', { name: '删除 已拆除的楼' }).click();
  expect(await page.locator('[data-order-stop]').count()).toBe(1);
  // A latest time of delivery in the past cannot be met, and the page says so. It is of today: shortly after midnight,
  // the time of twenty minutes ago would be late this evening.
  const [past = '', now = ''] = [20, 0].map((minutes) =>
    new Date(Date.now() + 8 * 3_600_000 - minutes * 60_000).toISOString(),
  );
  const over = past.slice(0, 10) === now.slice(0, 10) ? past.slice(11, 16) : '00:00';
  await page.locator('[data-order-stop] input').fill(over);
  await page.locator('[data-plan]').click();
  await page.locator('[data-failed]', { hasText: '时间' }).waitFor();
  await expectAccessible(page);
  expect(errors).toEqual([]);
  await close();
});

test('a plate is scanned in the page, and positions in GCJ-02 are corrected', async () => {
  const house = (await (await fetch(`${url}/api/buildings/${HOUSE}/access`)).json()) as {
    doors: { position: [number, number] }[];
  };
  const door = house.doors[0]?.position ?? [0, 0];
  const [longitude, latitude] = gcj02(door);
  const opened = await phone(browser, `${url}/rider`, { at: { longitude, latitude } });
  const { context, page, errors, close } = opened;
  // This browser has no BarcodeDetector. The test adds one that detects the plate, and a camera.
  expect(await page.locator('[data-scan]').count()).toBe(0);
  await context.addInitScript((plate) => {
    Object.assign(globalThis, {
      BarcodeDetector: class {
        detect(): Promise<{ rawValue: string }[]> {
          return Promise.resolve([{ rawValue: plate }]);
        }
      },
    });
    navigator.mediaDevices.getUserMedia = () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
      const context = canvas.getContext('2d');
      setInterval(() => context?.fillRect(0, 0, 64 * Math.random(), 64), 50);
      return Promise.resolve(canvas.captureStream(10));
    };
  }, `${url}/rider?b=${HOUSE}`);
  await page.goto(`${url}/rider`);
  await page.locator('[data-scan]').click();
  await page.locator('[data-card]').waitFor();
  expect(new URL(page.url()).searchParams.get('b')).toBe(HOUSE);
  await page.locator('[data-take-me]').click();
  await page.locator('[data-datum="ask"]').waitFor({ timeout: 60_000 });
  expect(await page.locator('[data-datum="ask"]').textContent()).toMatch(/偏了约 \d{3} 米/);
  await expectAccessible(page);
  expect(await fitsFingers(page)).toEqual([]);
  const asked = page.waitForRequest((request) => request.url().endsWith('/api/route'));
  await page.getByRole('button', { name: '校正', exact: true }).click();
  const { from } = (await asked).postDataJSON() as { from: { lon: number; lat: number } };
  expect(Math.hypot((from.lon - (door[0] ?? 0)) * 86_350, (from.lat - (door[1] ?? 0)) * 111_020)).toBeLessThan(1);
  await page.locator('[data-datum="on"]').waitFor();
  expect(errors).toEqual([]);
  await close();
});
