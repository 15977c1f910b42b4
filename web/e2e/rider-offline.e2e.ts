// The rider's page as an app: installed, without a network, and in browsers without a service worker.
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { cheapContext, expectAccessible, launch } from './browser.ts';
import { Cable } from './cable.ts';
import { Rewriter } from './rewriter.ts';
import { fitsFingers, installed, phone, type Spot } from './phone.ts';

const url = inject('url');
let browser: Browser;

/** The start: in a lane west of the compound. */
const BEGIN: Spot = { longitude: 117.1342, latitude: 39.224 };

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

interface Manifest {
  start_url: string;
  scope: string;
  icons: { src: string; sizes: string; purpose?: string }[];
}

test('the page can be installed, and its service worker keeps the files of this page only', async () => {
  const { page, errors, close } = await phone(browser, `${url}/rider`);
  const address = new URL((await page.locator('link[rel="manifest"]').getAttribute('href')) ?? '', url);
  const answer = await fetch(address);
  expect(answer.headers.get('content-type')).toBe('application/manifest+json');
  const manifest = (await answer.json()) as Manifest;
  // The addresses are relative, so that they work under a public path too.
  expect(new URL(manifest.start_url, address).pathname).toBe('/rider');
  expect(new URL(manifest.scope, address).pathname).toBe('/rider');
  expect(manifest.icons.map(({ purpose }) => purpose)).toContain('maskable');
  for (const { src } of manifest.icons)
    expect((await fetch(new URL(src, address))).headers.get('content-type')).toBe('image/png');

  await installed(page);
  const kept = await page.evaluate(async () => {
    const out: Record<string, string[]> = {};
    for (const name of await caches.keys())
      out[name] = (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname);
    return out;
  });
  const shell = Object.entries(kept).find(([name]) => name.startsWith('onemap/rider/shell/'))?.[1] ?? [];
  expect(shell).toContain('/rider');
  expect(shell.some((path) => path.includes('WayMap'))).toBe(true);
  expect(shell.filter((path) => /FieldPage|ReportPage|WallPage|DeskPage/.test(path))).toEqual([]);
  // The service worker of the rider page does not handle the other pages.
  await page.goto(`${url}/field`);
  expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
  expect(errors).toEqual([]);
  await close();
});

test('after one visit the page opens without a network', async () => {
  const cable = await new Cable().plug(url);
  const { page, errors, close } = await phone(browser, `${cable.url}/rider`, { at: BEGIN });
  await installed(page);
  // The browser's own cache is cleared, so that only the service worker has the files.
  const session = await page.context().newCDPSession(page);
  await session.send('Network.clearBrowserCache');
  cable.pull();
  await page.goto(`${cable.url}/rider?b=wenquan-huayuan-5`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.goto(`${cable.url}/rider`);
  await page.locator('[name="q"]').waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('q');
  expect(errors).toEqual([]);
  await close();
  await cable.unplug();
});

test('a new version is taken at the start of a visit, and later when the rider wants it', async () => {
  const proxy = await new Rewriter(url).listen();
  const publish = (version: string): void => {
    proxy.rewrite = (path, body) =>
      path === '/sw.js' ? body.replaceAll(/(build:.)[0-9a-f]{16}/g, `$1${version.repeat(16)}`) : null;
  };
  const shells = (): Promise<string[]> =>
    page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('onemap/rider/shell/')));
  publish('1');
  const { page, errors, close } = await phone(browser, `${proxy.url}/rider`);
  await installed(page);
  expect(await shells()).toEqual(['onemap/rider/shell/1111111111111111']);

  publish('2');
  await page.reload();
  await expect.poll(shells, { timeout: 20_000 }).toEqual(['onemap/rider/shell/2222222222222222']);
  await page.locator('[name="q"]').waitFor();

  // More than four seconds after its start, the page changes to a new version only on request.
  await page.waitForTimeout(4500);
  await page.fill('[name="q"]', 'wqhy');
  publish('3');
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
  const newer = page.locator('.state__newer');
  await newer.waitFor();
  await expectAccessible(page);
  expect(await fitsFingers(page)).toEqual([]);
  expect(await page.inputValue('[name="q"]')).toBe('wqhy');
  const reloaded = page.waitForEvent('load');
  await newer.getByRole('button', { name: '立即更新' }).tap();
  await reloaded;
  await expect.poll(shells).toEqual(['onemap/rider/shell/3333333333333333']);
  expect(await newer.count()).toBe(0);
  expect(errors).toEqual([]);
  await close();
  await proxy.close();
});

/** WeChat's browser may have no service worker at all, and no storage for files. */
const WECHAT: BrowserContextOptions = {
  userAgent:
    'Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.50',
  serviceWorkers: 'block',
};

test('without a service worker, a scanned plate leads to the route in two taps', async () => {
  const context = await cheapContext(browser, {
    ...WECHAT,
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    reducedMotion: 'reduce',
    geolocation: { ...BEGIN, accuracy: 10 },
    permissions: ['geolocation'],
  });
  await context.addInitScript(() => {
    Reflect.deleteProperty(Navigator.prototype, 'serviceWorker');
    Reflect.deleteProperty(globalThis, 'caches');
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error.stack ?? error)));
  const cards: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/access')) cards.push(request.url());
  });
  // The first tap is on the scanner's result, the second on the page.
  await page.goto(`${url}/rider?b=wenquan-huayuan-3&unit=2&room=501`);
  await page.locator('[data-best-gate]').waitFor();
  // The HTML already names the request for the card, so it is sent once.
  expect(cards).toHaveLength(1);
  await page.locator('[data-take-me]').tap();
  await page.locator('[data-now]').waitFor({ timeout: 60_000 });
  await page.goto(`${url}/rider`);
  await page.locator('.state__line').tap();
  await page.locator('[data-no-worker]', { hasText: '微信' }).waitFor();
  await expectAccessible(page);
  expect(await fitsFingers(page)).toEqual([]);
  expect(errors).toEqual([]);
  await context.close();
});

test('on an iPhone the page warns that data is deleted after 7 days unless it is on the home screen', async () => {
  const context = await cheapContext(browser, {
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  await page.goto(`${url}/rider`);
  await page.locator('.state__line').tap();
  await page.locator('[data-iphone]', { hasText: '7 天' }).waitFor();
  await expectAccessible(page);
  expect(await fitsFingers(page)).toEqual([]);
  await context.close();
});
