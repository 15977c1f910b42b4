// Simulates a phone: a viewport of 390 × 844 px, touch, a position, and pictures from the camera.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { cheapContext } from './browser.ts';

export interface Spot {
  longitude: number;
  latitude: number;
}

export interface Phone {
  context: BrowserContext;
  page: Page;
  /**
   * Uncaught errors of the page. Console errors are left out, because tests without a network cause
   * them.
   */
  errors: string[];
  close: () => Promise<void>;
}

/** Opens a phone. `at` is its position; without it, access to the position is denied. */
export async function phone(
  browser: Browser,
  url: string,
  { at, dark = false }: { at?: Spot; dark?: boolean } = {},
): Promise<Phone> {
  const context = await cheapContext(browser, {
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

/** The next Monday at 10:00 in Beijing: gates are open, and it is neither peak time nor a holiday weekend. */
export function mondayMorning(): string {
  const inBeijing = new Date(Date.now() + 8 * 3_600_000);
  inBeijing.setUTCDate(inBeijing.getUTCDate() + ((8 - inBeijing.getUTCDay()) % 7 || 7));
  return `${inBeijing.toISOString().slice(0, 10)}T10:00:00+08:00`;
}

/**
 * Requests cards, routes and trips for `mondayMorning`, so that the result does not depend on the
 * hour of the test.
 */
export async function askForMondayMorning(context: BrowserContext): Promise<void> {
  const at = mondayMorning();
  await context.route(/\/api\/(route|trip)$/, (route) =>
    route.continue({ postData: { ...(route.request().postDataJSON() as object), depart_at: at } }),
  );
  await context.route(/\/api\/buildings\/[^/]+\/access/, (route) => {
    const url = new URL(route.request().url());
    url.searchParams.set('at', at);
    return route.continue({ url: url.href });
  });
}

/** A small JPEG in one colour, in place of a picture from the camera. */
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

/**
 * Returns the touch targets whose width or height is less than `least` px, which is too small for
 * gloves. Also reports a page that scrolls sideways.
 */
export async function fitsFingers(page: Page, least = 56): Promise<string[]> {
  return page.evaluate((px) => {
    const out: string[] = [];
    if (document.documentElement.scrollWidth > innerWidth)
      out.push(`scrolls sideways: ${document.documentElement.scrollWidth} px`);
    for (const e of document.querySelectorAll<HTMLElement>('button, a[href], label:has(input), summary')) {
      const { width, height } = e.getBoundingClientRect();
      // Links within a sentence are not counted as buttons.
      if (height === 0 || e.closest('.maplibregl-map') || getComputedStyle(e).display === 'inline') continue;
      if (height < px || width < px)
        out.push(`${e.tagName} ${e.textContent?.trim() ?? ''} ${Math.round(width)} × ${Math.round(height)}`);
    }
    return out;
  }, least);
}

/** Waits until the service worker handles the requests of the page. */
export async function installed(page: Page): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  if (!(await page.evaluate(() => navigator.serviceWorker.controller !== null)))
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/**
 * Pastes a text into the search as a browser does: first the paste event with the clipboard data, then, unless the page
 * prevents it, the insertion into the field.
 */
export async function paste(page: Page, text: string): Promise<void> {
  await page.locator('[name="q"]').evaluate((box, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    const isTaken = !box.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    if (!isTaken) document.execCommand('insertText', false, pasted);
  }, text);
}
