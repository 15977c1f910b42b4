// A phone: 390 × 844, fingers, a place in the world; and pictures for its camera.
import type { Browser, BrowserContext, Page } from 'playwright-core';

export interface Spot {
  longitude: number;
  latitude: number;
}

export interface Phone {
  context: BrowserContext;
  page: Page;
  /** Errors of the page itself; those of a missing network are expected here. */
  errors: string[];
  close: () => Promise<void>;
}

/** Takes a phone out; `at` is where it believes to be, without it positions are refused. */
export async function phone(
  browser: Browser,
  url: string,
  { at, dark = false }: { at?: Spot; dark?: boolean } = {},
): Promise<Phone> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    reducedMotion: 'reduce',
    colorScheme: dark ? 'dark' : 'light',
    ...(at ? { geolocation: { ...at, accuracy: 10 }, permissions: ['geolocation'] } : {}),
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error.stack ?? error)));
  await page.goto(url);
  return { context, page, errors, close: () => context.close() };
}

/** What a camera hands over: a small JPEG in the colour asked for. */
export async function photograph(
  browser: Browser,
  colour: string,
): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const page = await browser.newPage();
  const data = await page.evaluate((fill) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
    const context = canvas.getContext('2d');
    if (context) {
      context.fillStyle = fill;
      context.fillRect(0, 0, 320, 240);
    }
    return canvas.toDataURL('image/jpeg');
  }, colour);
  await page.close();
  const buffer = Buffer.from(data.slice(data.indexOf(',') + 1), 'base64');
  return { name: 'photo.jpg', mimeType: 'image/jpeg', buffer };
}

/** Nothing that is touched is smaller than `least` px in either direction, as for gloves, and the page does not scroll sideways. */
export async function fitsFingers(page: Page, least = 56): Promise<string[]> {
  return page.evaluate((px) => {
    const out: string[] = [];
    if (document.documentElement.scrollWidth > innerWidth)
      out.push(`scrolls sideways: ${document.documentElement.scrollWidth} px`);
    for (const e of document.querySelectorAll<HTMLElement>('button, a[href], label:has(input), summary')) {
      const { width, height } = e.getBoundingClientRect();
      // Links within a sentence are not buttons.
      if (height === 0 || e.closest('.maplibregl-map') || getComputedStyle(e).display === 'inline') continue;
      if (height < px || width < px)
        out.push(`${e.tagName} ${e.textContent?.trim() ?? ''} ${Math.round(width)} × ${Math.round(height)}`);
    }
    return out;
  }, least);
}

/** The service worker stands between the page and the network from now on. */
export async function installed(page: Page): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  if (!(await page.evaluate(() => navigator.serviceWorker.controller !== null)))
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}
