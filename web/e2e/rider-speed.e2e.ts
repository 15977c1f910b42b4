// Measures the first visit of the rider's page on a slow network: what is loaded before the map, and when the first
// screen can be used. Prints the figures of docs/benchmarks.md.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launch } from './browser.ts';

const url = inject('url');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/**
 * "Slow 4G" of Chromium's developer tools: 1.6 Mbit/s down and 0.75 Mbit/s up, of which nine tenths are usable, and
 * 563 ms until each answer begins.
 */
const SLOW_4G = {
  offline: false,
  latency: 562.5,
  downloadThroughput: (1.6e6 / 8) * 0.9,
  uploadThroughput: (0.75e6 / 8) * 0.9,
};
/**
 * The factors by which the CPU of the browser is slowed down. Lighthouse uses 4 for a mid-range
 * phone.
 */
const SLOWER = [1, 4] as const;

interface Visit {
  /** The time until the first screen can be used, in milliseconds. */
  ms: number;
  /** The number of bytes that were transferred until then. */
  bytes: number;
  files: Map<string, number>;
}

async function firstVisit(path: string, ready: string, rate: number): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  // Records when the element exists and the browser is about to paint it.
  await page.addInitScript((selector) => {
    const look = (): void => {
      if (document.querySelector(selector)) Object.assign(globalThis, { readyAt: performance.now() });
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, ready);
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', SLOW_4G);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
  const names = new Map<string, string>();
  const files = new Map<string, number>();
  session.on('Network.requestWillBeSent', ({ requestId, request }) => names.set(requestId, request.url));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
    files.set(names.get(requestId) ?? requestId, encodedDataLength),
  );
  await page.goto(url + path);
  await page.waitForFunction(() => 'readyAt' in globalThis);
  const ms = await page.evaluate(() => (globalThis as unknown as { readyAt: number }).readyAt);
  const early = new Map(files);
  await context.close();
  return { ms, bytes: [...early.values()].reduce((sum, size) => sum + size, 0), files: early };
}

const sorted = (visits: Visit[]): Visit[] => visits.toSorted((a, b) => a.ms - b.ms);

test.each([
  ['the search', '/rider', '[name="q"]'],
  ['the card of a scanned plate', '/rider?b=wenquan-huayuan-3', '[data-best-gate]'],
])('%s needs few files and less than 200 kB before the map', async (what, path, ready) => {
  for (const rate of SLOWER) {
    const visits: Visit[] = [];
    while (visits.length < 3) visits.push(await firstVisit(path, ready, rate));
    const [best] = sorted(visits);
    if (!best) throw new Error('no visit was measured');
    const times = sorted(visits).map(({ ms }) => Math.round(ms));
    const size = `${(best.bytes / 1000).toFixed(1)} kB in ${best.files.size} files`;
    process.stdout.write(`${what}, computing ${rate} times slower: ${times.join(', ')} ms; ${size}\n`);
    expect([...best.files.keys()].filter((file) => /maplibre|useMap|WayMap|PlaceMap/.test(file))).toEqual([]);
    expect(best.bytes).toBeLessThan(200_000);
    // The time depends on the load of this machine, so it is only printed. The limits are for the
    // number of files and bytes, on which the time on a slow network depends.
    expect(best.files.size).toBeLessThanOrEqual(9);
  }
});
