// Tests the rider's page on a phone with a moving position: a rider pastes an order, sees the gate, gets a route and
// follows it.
import type { Browser, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { expectAccessible, launch } from './browser.ts';
import { fitsFingers, paste, phone, type Spot } from './phone.ts';

const url = inject('url');
let browser: Browser;

/** The start: in a lane west of the compound. */
const BEGIN: Spot = { longitude: 117.1342, latitude: 39.224 };
const ORDER = '天津市北辰区果园新村街道温泉花园3号楼2单元501 李小明先生 13812345678';

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

interface Route {
  features: { geometry: { coordinates: [number, number][] }; properties: { mode: string } }[];
  summary: { gate: { id: string; name: string } | null; door: { id: string } | null; gap_m: number };
}

async function routed(from: Spot): Promise<Route> {
  const ask = (): Promise<Response> =>
    fetch(`${url}/api/route`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        from: { lon: from.longitude, lat: from.latitude },
        to: { building: 'wenquan-huayuan-3', unit: '2', room: '501' },
        profile: 'ebike',
      }),
    });
  // The server builds the network after its start, so the first requests may fail.
  await expect.poll(async () => (await ask()).status, { timeout: 60_000 }).toBe(200);
  return (await (await ask()).json()) as Route;
}

test('a pasted order leads to the card, the card to the route, and the steps follow the position', async () => {
  const way = await routed(BEGIN);
  const { context, page, errors, close } = await phone(browser, `${url}/rider`, { at: BEGIN });
  const asked: Request[] = [];
  page.on('request', (request) => asked.push(request));

  expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('q');
  await expectAccessible(page);
  expect(await fitsFingers(page)).toEqual([]);
  await paste(page, ORDER);
  await page.locator('[data-stripped]').waitFor();
  const first = page.locator('[data-found] a').first();
  await first.waitFor();
  expect(await first.textContent()).toContain('温泉花园3号楼');
  expect(await first.textContent()).toContain('2单元 501室');
  const searched = asked.map((r) => decodeURIComponent(r.url())).filter((u) => u.includes('/api/search'));
  expect(searched.length).toBeGreaterThan(0);
  expect(searched.join()).toContain('温泉花园3号楼');
  expect(searched.join()).not.toMatch(/李|先生|138/);
  await expectAccessible(page);

  await first.click();
  await page.locator('[data-card]').waitFor();
  const card = (await (
    await fetch(`${url}/api/buildings/wenquan-huayuan-3/access?mode=ebike&unit=2&room=501`)
  ).json()) as { gates: { name: string; admits: string }[] };
  const words: Record<string, string> = { yes: '进', dismount: '推行', unknown: '未知', no: '不让进' };
  const best = page.locator('[data-best-gate]');
  expect(await best.locator('h2').textContent()).toBe(card.gates[0]?.name);
  expect(await best.locator('.verdict').textContent()).toBe(words[card.gates[0]?.admits ?? '']);
  expect(await page.locator('[data-other-gates] li').count()).toBe(card.gates.length - 1);
  expect(await page.locator('.door').count()).toBe(1);
  await expectAccessible(page);
  expect(await fitsFingers(page)).toEqual([]);
  // The links to the map apps contain the gate, not the building, in GCJ-02. Here GCJ-02 is about 500 m off WGS 84.
  const amap = new URL((await page.getByRole('link', { name: '高德地图' }).getAttribute('href')) ?? '');
  expect(amap.searchParams.get('to')).toContain(card.gates[0]?.name);
  expect(Number(amap.searchParams.get('to')?.split(',')[0])).toBeGreaterThan(117.142);

  await page.locator('[data-take-me]').click();
  await page.waitForSelector('[data-way-map="ready"]', { timeout: 60_000 });
  await expectAccessible(page);
  expect(await fitsFingers(page)).toEqual([]);
  await page.getByRole('button', { name: '全部步骤' }).click();
  await page.locator('[data-step="0"][aria-current="step"]').waitFor();
  await expectAccessible(page);
  const last = (await page.locator('[data-step]').count()) - 1;
  expect(last).toBeGreaterThan(2);
  const gateName = way.summary.gate?.name ?? '';
  expect(await page.locator('.steps').textContent()).toContain(gateName);

  // Moves the phone along the line to the door, one position at a time.
  const posts = (): number => asked.filter((r) => r.url().endsWith('/api/route')).length;
  expect(posts()).toBe(1);
  let [step, along_m] = [0, 0];
  const line = way.features.flatMap((f) => f.geometry.coordinates);
  for (const [i, [longitude, latitude]] of line.entries()) {
    const [x = longitude, y = latitude] = line[i - 1] ?? [];
    along_m += Math.hypot((longitude - x) * 86_350, (latitude - y) * 111_020);
    await context.setGeolocation({ longitude, latitude, accuracy: 8 });
    await page.waitForFunction(
      (metres) => Math.abs(Number(document.querySelector<HTMLElement>('[data-along]')?.dataset['along']) - metres) < 5,
      along_m,
    );
    const now = Number(await page.locator('[aria-current="step"]').getAttribute('data-step'));
    expect(now).toBeGreaterThanOrEqual(step);
    step = now;
  }
  expect(step).toBe(last);
  await page.locator('[data-now]', { hasText: '到了' }).waitFor();
  expect(posts()).toBe(1);
  // The rider reports with one tap that the gate let them in.
  await page.getByRole('button', { name: '进去了' }).click();
  await page.getByText('已记下').waitFor();

  // No URL contains a position; positions are only in request bodies.
  const [lon, lat] = [String(BEGIN.longitude), String(BEGIN.latitude)];
  expect(asked.map((r) => r.url()).filter((u) => u.includes(lon) || u.includes(lat))).toEqual([]);
  expect(errors).toEqual([]);
  await close();
});

test('two positions away from the route cause a new route', async () => {
  await routed(BEGIN);
  const { context, page, errors, close } = await phone(
    browser,
    `${url}/rider/way?b=wenquan-huayuan-3&unit=2&room=501`,
    { at: BEGIN },
  );
  await page.locator('[data-way="no"]').waitFor({ timeout: 60_000 });
  const before = await page.locator('[data-left]').textContent();
  // A position in the next street north of the route.
  const away = (east: number): Spot & { accuracy: number } => ({
    longitude: 117.1352 + east / 86_000,
    latitude: 39.2288,
    accuracy: 10,
  });
  await context.setGeolocation(away(0));
  await page.locator('[data-way="no"][data-off="1"]').waitFor();
  await context.setGeolocation(away(10));
  await page.locator('[data-way="done"]').waitFor();
  expect(await page.locator('[data-left]').textContent()).not.toBe(before);
  expect(errors).toEqual([]);
  await close();
});

test('without a position the start is a gate, or a place on the map', async () => {
  const { page, errors, close } = await phone(browser, `${url}/rider/way?b=wenquan-huayuan-3`);
  await page.locator('[data-position="denied"]').waitFor();
  await page.locator('[data-from-gate]').waitFor();
  await expectAccessible(page);
  expect(await fitsFingers(page)).toEqual([]);
  await page.locator('[data-pick-start]').click();
  await page.waitForSelector('[data-place-map="ready"]', { timeout: 60_000 });
  await expectAccessible(page);
  await page.locator('[data-pick]').click();
  await page.locator('[data-now]').waitFor({ timeout: 60_000 });
  await page.goBack();
  await page.goto(`${url}/rider/way?b=wenquan-huayuan-3`);
  await page.locator('[data-from-gate]').click();
  await page.locator('[data-now]').waitFor();
  expect(errors).toEqual([]);
  await close();
});

test('a plate opens the card, a wrong plate says what to do, and the keyboard is enough', async () => {
  const { page, errors, close } = await phone(browser, `${url}/rider?b=no-such-house`);
  await page.getByText('没有这个地点').waitFor();
  await expectAccessible(page);
  await page.getByRole('link', { name: '按楼号查找' }).click();
  await page.keyboard.type('wqhy3');
  await page.locator('[data-found] a').first().waitFor();
  await page.keyboard.press('ArrowDown');
  expect(await page.evaluate(() => document.activeElement?.closest('[data-found]') !== null)).toBe(true);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.locator('[data-card]').waitFor();
  expect(new URL(page.url()).searchParams.get('b')).toBe('wenquan-huayuan-3');
  await page.reload();
  await page.locator('[data-best-gate]').waitFor();
  await page.goBack();
  await page.fill('[name="q"]', '没有这样的地方');
  await page.getByText('没有找到').waitFor();
  await page.goto(`${url}/rider?b=wenquan-huayuan-3&lang=en`);
  await page.getByText('Take me there').waitFor();
  expect(errors).toEqual([]);
  await close();
});

test.each(['first_aid', 'battery_swap', 'rest_stop', 'toilet'])(
  'the nearest %s is one tap away, by travel time',
  async (service) => {
    await routed(BEGIN);
    const { page, errors, close } = await phone(browser, `${url}/rider`, { at: BEGIN, dark: true });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(`${request.method()} ${request.url()}`));
    await page.locator(`.services a[href$="/rider/near/${service}"]`).click();
    const found = page.locator('[data-near] .near__time');
    await found.first().waitFor();
    const minutes = (await found.allTextContents()).map((text) => Number.parseInt(text, 10));
    expect(minutes).toEqual(minutes.toSorted((a, b) => a - b));
    expect(asked.filter((a) => a.includes('/api/nearest'))).toEqual([`POST ${url}/api/nearest`]);
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    await page.locator('[data-near] a').first().click();
    await page.locator('[data-now]').waitFor({ timeout: 60_000 });
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await close();
  },
);

test('far from every way, or for a place that is gone, the page says what to do', async () => {
  await routed(BEGIN);
  const { context, page, errors, close } = await phone(browser, `${url}/rider/near/first_aid`, {
    at: { longitude: 110.1, latitude: 30.2 },
  });
  await page.locator('[data-failed]', { hasText: '没有' }).waitFor();
  await page.getByRole('link', { name: '在地图上选出发点' }).waitFor();
  // The links for help work without a position.
  expect(await page.getByRole('link', { name: '拨打 120' }).getAttribute('href')).toBe('tel:120');
  await expectAccessible(page);
  expect(await fitsFingers(page)).toEqual([]);
  await context.setGeolocation({ ...BEGIN, accuracy: 10 });
  await page.goto(`${url}/rider/way?to=facilities/no-such-place`);
  await page.getByText('没有这个地点').waitFor();
  await page.getByRole('link', { name: '按楼号查找' }).click();
  await page.locator('[name="q"]').waitFor();
  expect(errors).toEqual([]);
  await close();
});
