// The planner's page: permissions, the gap, tried sites, undo and redo. All figures are for a fixed
// moment, so that they do not depend on the hour at which the tests run.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, launch, mapReady, visit, type Visit } from './browser.ts';
import { networkReady, startServer, type Server } from './server.ts';

const SIZE = { width: 1440, height: 900, reducedMotion: true };
const AT = '2026-11-25T10:00';

interface Coverage {
  demand: number;
  covered: number;
  share: number;
  straight_line: { share: number };
  by: { id: string; name: string; share: number }[];
  change: { people: number } | null;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}\u202f%`;

describe.skipIf(!process.env['ONEMAP_BIN'])('the planner', () => {
  let browser: Browser;
  let server: Server;
  let zhang: string;

  async function coverage(body: object): Promise<Coverage> {
    const response = await fetch(`${server.url}/api/plan/coverage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${zhang}`, 'content-type': 'application/json' },
      body: JSON.stringify({ at: `${AT}:00+08:00`, standard: 'pocket_park_300', ...body }),
    });
    expect(response.status, await response.clone().text()).toBe(200);
    return (await response.json()) as Coverage;
  }

  async function planner(path = '', options: object = {}): Promise<Visit> {
    const at = path.includes('?') ? `${path}&at=${AT}` : `${path}?at=${AT}`;
    const opened = await visit(browser, `${server.url}/planner${at}`, { ...SIZE, token: zhang, ...options });
    await opened.page.waitForSelector('[data-planner="ready"]');
    return opened;
  }

  const fits = (page: Page): Promise<boolean> =>
    page.evaluate(() => {
      const { scrollWidth, scrollHeight } = document.documentElement;
      const panel = document.querySelector('.planner__panel');
      return (
        scrollWidth <= innerWidth &&
        scrollHeight <= innerHeight &&
        (panel?.scrollWidth ?? 0) <= (panel?.clientWidth ?? 0)
      );
    });

  /** Waits until the change is counted, and returns the share with the tried sites. */
  async function counted(page: Page): Promise<string> {
    await page.waitForSelector('[data-more][data-counting="false"]');
    return (await page.textContent('[data-share-after]')) ?? '';
  }

  beforeAll(async () => {
    browser = await launch();
    server = await startServer('--demo');
    zhang = await server.createToken('--role', 'planner', '--name', 'zhang');
    await networkReady(server.url, zhang);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test('without an account the page links to the sign-in page, and a rider sees who may use the page', async () => {
    const { page, close } = await visit(browser, `${server.url}/planner?standard=aed_4`, SIZE);
    await page.getByText('请先登录').waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: '去登录' }).click();
    await page.getByLabel('访问令牌').fill(zhang);
    await page.getByRole('button', { name: '登录' }).click();
    await page.waitForSelector('[data-planner="ready"]');
    expect(new URL(page.url()).searchParams.get('standard')).toBe('aed_4');
    await close();
    const rider = await visit(browser, `${server.url}/planner`, {
      ...SIZE,
      token: await server.createToken('--role', 'rider', '--name', 'rider'),
    });
    await rider.page.getByText('您的账号不能使用此页面').waitFor();
    await expectAccessible(rider.page);
    await rider.close();
  });

  test('the gap equals the coverage of the API, and a community is shown on the map', async () => {
    const { page, errors, outside, close } = await planner();
    await mapReady(page);
    const asked = await coverage({ by: 'community' });
    await page.waitForSelector('[data-headline]');
    expect(await page.textContent('[data-share]')).toBe(percent(asked.share));
    expect(await page.textContent('[data-straight]')).toBe(percent(asked.straight_line.share));
    // The page marks this standard, because its source was not verified.
    await page.locator('[data-unverified]').waitFor();
    expect(
      await page.locator('[data-ranking] tbody tr').evaluateAll((rows) => rows.map((row) => row.dataset['area'])),
    ).toEqual(asked.by.slice(0, 12).map(({ id }) => id));
    const worst = asked.by[0];
    if (!worst) throw new Error('expected communities in the demo district, found none');
    const before = await page.getAttribute('[data-map]', 'data-camera');
    await page.getByRole('button', { name: worst.name }).click();
    await page.waitForFunction(
      (camera) => document.querySelector('[data-map]')?.getAttribute('data-camera') !== camera,
      before,
    );
    expect(new URL(page.url()).searchParams.get('focus')).toBe(worst.id);
    // The address opens the page with the same selection.
    const link = page.url();
    await page.goto('about:blank');
    await page.goto(link);
    await page.locator(`[data-area="${worst.id}"][data-selected="true"]`).waitFor();
    await page.locator('select[name="standard"]').selectOption('aed_4');
    await page.getByText('已核实出处').waitFor();
    const aed = await coverage({ standard: 'aed_4' });
    await page.waitForFunction(
      (share) => document.querySelector('[data-share]')?.textContent === share,
      percent(aed.share),
    );
    expect(page.url()).toContain('standard=aed_4');
    expect([errors, outside]).toEqual([[], []]);
    await close();
  });

  test('an own standard is counted only with a source', async () => {
    const { page, close } = await planner('?standard=own&facility=aed');
    await page.getByText('自定标准必须写明出处').first().waitFor();
    expect(await page.locator('[data-headline]').count()).toBe(0);
    await page.locator('[name="own-reach"]').fill('250');
    await page.locator('[name="own-source"]').fill('街道办公会 2026 年第 12 次会议');
    await page.keyboard.press('Enter');
    const asked = await coverage({
      standard: { metres: 250, source: '街道办公会' },
      facility: { collection: 'first_aid_stations', aed: true },
    });
    await page.waitForFunction(
      (share) => document.querySelector('[data-share]')?.textContent === share,
      percent(asked.share),
    );
    await close();
  });

  test('sites are placed, dragged, undone and removed, and the figures follow', async () => {
    const { page, errors, close } = await planner('/try');
    await mapReady(page);
    await page.keyboard.press('n');
    await page.getByText('点击地图，放置一处试点').waitFor();
    await page.mouse.click(520, 520);
    await page.waitForSelector('[data-site]');
    const dropped = await counted(page);
    const position = async (): Promise<string> =>
      (await page.locator('[data-site] button').first().textContent())?.trim() ?? '';
    const first = await position();
    const [lon = 0, lat = 0] = first.split(', ').map(Number);
    const { share, change } = await coverage({ add: [{ lon, lat }] });
    expect(dropped).toBe(percent(share));
    expect(await page.textContent('[data-more]')).toContain(Math.round(change?.people ?? 0).toLocaleString('en-US'));

    await page.mouse.move(520, 520);
    await page.mouse.down();
    for (let i = 1; i <= 6; i += 1) await page.mouse.move(520 + i * 20, 520 - i * 10);
    await page.mouse.up();
    await page.waitForFunction(
      (before) => document.querySelector('[data-site] button')?.textContent?.trim() !== before,
      first,
    );
    await counted(page);
    const second = await position();
    const [lon2 = 0, lat2 = 0] = second.split(', ').map(Number);
    expect(lon2).toBeGreaterThan(lon);
    expect(lat2).toBeGreaterThan(lat);

    await page.keyboard.press('Control+z');
    await page.getByText('已撤销：移动试点 1').waitFor();
    expect(await position()).toBe(first);
    await page.keyboard.press('Control+z');
    await page.locator('[data-site]').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+Shift+Z');
    await page.keyboard.press('Control+Shift+Z');
    await page.waitForFunction(
      (moved) => document.querySelector('[data-site] button')?.textContent?.trim() === moved,
      second,
    );

    // A second site is placed, moved and removed by keyboard alone.
    await page
      .locator('.planner__panel')
      .focus()
      .catch(() => {});
    await page.keyboard.press('Enter');
    await page.locator('[data-site]').nth(1).waitFor();
    const middle = await page.locator('[data-site]').nth(1).locator('button').first().textContent();
    await page.keyboard.press('Shift+ArrowRight');
    await page.waitForFunction(
      (before) => document.querySelectorAll('[data-site]')[1]?.querySelector('button')?.textContent !== before,
      middle,
    );
    await page.keyboard.press('Delete');
    await page.locator('[data-site]').nth(1).waitFor({ state: 'detached' });
    // Unsaved changes survive a reload.
    await page.reload();
    await page.locator('[data-site]').waitFor();
    expect(await position()).toBe(second);
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await close();
  });

  test('a failed request shows an error, and can be repeated', async () => {
    const { page, close } = await visit(browser, `${server.url}/planner?at=${AT}`, { ...SIZE, token: zhang });
    await page.waitForSelector('[data-headline]');
    await page.route('**/api/plan/coverage', (route) => route.abort());
    await page.locator('select[name="standard"]').selectOption('swap_cabinet_500');
    await page.getByText('覆盖率计算失败').waitFor();
    await page.unroute('**/api/plan/coverage');
    await page.getByRole('button', { name: '重试' }).click();
    await page.waitForSelector('[data-headline]');
    const { share } = await coverage({ standard: 'swap_cabinet_500' });
    expect(await page.textContent('[data-share]')).toBe(percent(share));
    await close();
  });

  test.each([
    ['zh', 'light', 1440, 900],
    ['en', 'dark', 1440, 900],
    ['zh', 'dark', 1024, 768],
    ['en', 'light', 1024, 768],
  ])('in %s and %s at %i × %i every mode fits and is accessible', async (lang, theme, width, height) => {
    const { page, errors, outside, close } = await planner(`?lang=${lang}&theme=${theme}`, { width, height });
    await mapReady(page);
    const modes = ['gap', 'try', 'choose', 'ways', 'compare', 'hand-over'];
    expect(await page.locator('[data-to]').evaluateAll((all) => all.map((link) => link.dataset['to']))).toEqual(modes);
    for (const [i, mode] of modes.entries()) {
      await page.keyboard.press(String(i + 1));
      await page.waitForSelector(`[data-mode-panel="${mode}"]:not([aria-busy="true"])`);
      expect(await fits(page), mode).toBe(true);
      await expectAccessible(page);
    }
    // The address opens the same mode.
    await page.reload();
    await page.waitForSelector(`[data-mode-panel="hand-over"]`);
    expect([errors, outside]).toEqual([[], []]);
    await close();
  });
});
