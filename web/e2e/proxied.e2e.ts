// All pages behind a reverse proxy that publishes the service under a path (`--public-url`): nothing is requested
// outside of that path, and sign-in, feed, tiles and service workers work.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, mapReady, visit } from './browser.ts';
import { installed, phone, photograph } from './phone.ts';
import { Proxy } from './proxy.ts';
import { startServer, type Server } from './server.ts';

const PATH = '/one/map';
const SIZE = { width: 1440, height: 900 };

describe.skipIf(!process.env['ONEMAP_BIN']).each(['taken', 'left'] as const)(
  'behind a proxy, its path %s',
  (handling) => {
    let browser: Browser;
    let server: Server;
    let proxy: Proxy;
    let officer = '';
    let unitToken = '';

    const token = (...options: string[]): Promise<string> => server.createToken(...options);
    const api = async <T>(path: string, body?: unknown, who = officer): Promise<T> => {
      const response = await fetch(proxy.url + path, {
        headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      });
      expect(response.ok, `${path} ${response.status}`).toBe(true);
      return (await response.json()) as T;
    };
    /** Waits for a successful answer to a request of the page under the public path. */
    const asksFor = (page: Page, what: string) =>
      page.waitForResponse((r) => r.url().startsWith(`${proxy.url}${what}`) && r.ok());
    const report = (note: string): Promise<{ id: string }> =>
      api('/api/warnings', {
        category: 'corridor_clutter',
        building: 'wenquan-huayuan-3',
        note,
        source: 'grid_worker',
      });

    beforeAll(async () => {
      browser = await launch();
      proxy = await new Proxy(PATH, handling).listen();
      server = await startServer('--demo', '--public-url', proxy.url, '--trust-proxy');
      proxy.lead(server.url);
      officer = await token('--role', 'officer', '--name', '值班员');
      const { features } = await api<{ features: { id: string; properties: { competences?: string[] } }[] }>(
        '/api/collections/units/items?limit=1000',
      );
      const unit = features.find((u) => u.properties.competences?.includes('corridor_clutter'))?.id ?? '';
      unitToken = await token('--role', 'unit', '--name', '物业', '--unit', unit);
    });
    afterAll(async () => {
      await browser.close();
      await server.stop();
      await proxy.close();
    });

    test('home, documentation and accounts stay under the public path', async () => {
      const home = await visit(browser, `${proxy.url}/`, SIZE);
      await home.page.waitForSelector(`a[href^="${PATH}/api/collections/"]`);
      const links = await home.page
        .locator('a[href]')
        .evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href));
      expect(links).toContain(`${proxy.url}/wall`);
      for (const link of links) {
        expect(link.startsWith(`${proxy.url}/`) || !link.startsWith(new URL(proxy.url).origin), link).toBe(true);
        const { status } = link.startsWith(proxy.url) ? await fetch(link) : { status: 200 };
        expect(status, link).toBe(200);
      }
      await home.page.goto(`${proxy.url}/docs`);
      await home.page.waitForSelector('.opblock');
      await home.page.locator('.opblock', { hasText: '/api/session' }).filter({ hasText: 'GET' }).first().click();
      await home.page.getByRole('button', { name: 'Try it out' }).first().click();
      await home.page.getByRole('button', { name: 'Execute' }).first().click();
      await home.page.locator('.live-responses-table').getByText('"public"').first().waitFor();
      expect([home.errors, home.outside]).toEqual([[], []]);
      await home.close();

      const accounts = await visit(browser, `${proxy.url}/accounts`, SIZE);
      await accounts.page
        .getByRole('link', { name: '去登录' })
        .or(accounts.page.getByRole('link', { name: '登录' }))
        .first()
        .click();
      await accounts.page.getByLabel('访问令牌').fill(server.token);
      await accounts.page.getByRole('button', { name: '登录' }).click();
      await accounts.page.locator('[data-section="invites"]').click();
      await accounts.page.waitForURL(`${proxy.url}/accounts/invites`);
      await accounts.page.reload();
      await accounts.page.locator('[data-section="invites"][aria-selected="true"]').waitFor();
      expect([accounts.errors, accounts.outside]).toEqual([[], []]);
      await accounts.close();
      expect(proxy.astray).toEqual([]);
    });

    test('the desk works: sign-in, tiles, feed, steps and addresses', async () => {
      const { page, errors, outside, close } = await visit(browser, `${proxy.url}/desk`, SIZE);
      await page.getByLabel('访问令牌').fill(officer);
      const tiles = asksFor(page, '/api/tiles/WebMercatorQuad/');
      const feed = asksFor(page, '/api/events');
      await page.getByRole('button', { name: '登录' }).click();
      await page.waitForSelector('[data-desk="ready"]');
      expect(page.url()).toBe(`${proxy.url}/desk`);
      const cookies = await page.context().cookies();
      expect(cookies.map((c) => [c.path, c.httpOnly])).toEqual([[PATH, true]]);
      await mapReady(page);
      await Promise.all([tiles, feed]);

      const { id } = await report('代理之后的一件');
      await page.keyboard.press('/');
      await page.keyboard.type('代理之后的一件');
      await page.locator(`[data-case="${id}"]`).click();
      await page.waitForURL(`${proxy.url}/desk?case=${id}`);
      await page.reload();
      await page.waitForSelector('[data-action="file"]');
      await page.locator('[data-action="file"]').click();
      await page.locator('[data-status="filed"]').first().waitFor();

      const print = page.context().waitForEvent('page');
      await page.keyboard.press('Shift+P');
      const paper = await print;
      await paper.getByText('代理之后的一件').first().waitFor();
      expect(paper.url()).toContain(`${proxy.url}/desk?`);
      await paper.close();
      expect([errors, outside]).toEqual([[], []]);
      await close();
      expect(proxy.astray).toEqual([]);
    });

    test('the wall screen shows tiles and gets events', async () => {
      const { page, errors, outside, close } = await visit(browser, `${proxy.url}/wall`);
      await mapReady(page);
      await page.locator('[data-stale="false"]', { hasText: '数据实时' }).waitFor();
      proxy.pull();
      await page.locator('[data-stale="true"]').waitFor({ timeout: 15_000 });
      proxy.mend();
      await page.locator('[data-stale="false"]', { hasText: '数据实时' }).waitFor({ timeout: 40_000 });
      expect(errors.filter((e) => !/Failed to load resource|net::ERR/.test(e))).toEqual([]);
      expect(outside).toEqual([]);
      await close();
      expect(proxy.astray).toEqual([]);
    });

    test('the field page opens without a network and sends when it is back', async () => {
      const { id } = await report('代理之后的处置');
      const { features } = await api<{ features: { id: string }[] }>('/api/collections/units/items?limit=1000');
      expect(features.length).toBeGreaterThan(0);
      await api(`/api/warnings/${id}/actions`, { action: 'file' });
      const { unit } = await api<{ unit: string }>('/api/session', undefined, unitToken);
      await api(`/api/warnings/${id}/actions`, { action: 'dispatch', unit, reason: '由该单位协助' });
      const { page, errors, close } = await phone(browser, `${proxy.url}/field#token=${unitToken}`);
      await page.locator(`.card[data-case="${id}"]`).waitFor();
      expect(page.url()).toBe(`${proxy.url}/field`);
      await installed(page);
      expect(await page.evaluate(() => navigator.serviceWorker.ready.then((r) => r.scope))).toBe(`${proxy.url}/field`);
      const manifest = await page.locator('link[rel="manifest"]').getAttribute('href');
      const { start_url, icons } = (await (await fetch(new URL(manifest ?? '', page.url()))).json()) as {
        start_url: string;
        icons: { src: string }[];
      };
      const base = new URL(manifest ?? '', page.url());
      expect(new URL(start_url, base).href).toBe(`${proxy.url}/field`);
      for (const icon of icons) expect((await fetch(new URL(icon.src, base))).status).toBe(200);

      proxy.pull();
      await page.reload();
      await page.locator('[data-offline]').waitFor();
      await page.locator(`.card[data-case="${id}"]`).click();
      await page.waitForURL(`${proxy.url}/field/cases/${id}`);
      await page.reload();
      await page.locator('[data-action="start"]').click();
      await page.locator('[data-step="start"][data-state="waiting"]').waitFor();
      proxy.mend();
      await expect
        .poll(async () => (await api<{ properties: { status: string } }>(`/api/warnings/${id}`)).properties.status, {
          timeout: 60_000,
        })
        .toBe('handling');
      expect(errors).toEqual([]);
      await close();
      expect(proxy.astray).toEqual([]);
    });

    test('a resident can report with a photo, follow it live, and open the page without a network', async () => {
      const { page, errors, close } = await phone(browser, `${proxy.url}/report?b=wenquan-huayuan-3`);
      await page.locator('[data-place]', { hasText: '温泉花园3号楼' }).waitFor();
      await page.getByText('楼道堆物', { exact: true }).click();
      await page.setInputFiles('[data-photo="report"]', await photograph(browser, '#a63'));
      await page.getByRole('img', { name: '照片 1' }).waitFor();
      await page.locator('[data-send]').click();
      await page.getByText('谢谢，已经收到').waitFor();
      const id = (await page.getAttribute('[data-number]', 'data-id')) ?? '';
      await page.waitForSelector('[data-status="reported"]');
      expect(page.url().startsWith(`${proxy.url}/report#`), page.url()).toBe(true);
      await api(`/api/warnings/${id}/actions`, { action: 'file' });
      await page.waitForSelector('[data-status="filed"]');
      const number = (await page.textContent('[data-number]')) ?? '';
      expect(number).toMatch(/^\d{8}-\d{4,}$/);
      await installed(page);
      proxy.pull();
      await page.goto(`${proxy.url}/report/mine`);
      await page.getByRole('link', { name: new RegExp(number) }).waitFor();
      proxy.mend();
      expect(errors).toEqual([]);
      await close();
      expect(proxy.astray).toEqual([]);
    });
  },
);
