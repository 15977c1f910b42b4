// The light pages: home, sign-in, API documentation.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { expectAccessible, launch, visit } from './browser.ts';

const url = inject('url');
const token = inject('token');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

test('the home page links only to existing pages', async () => {
  const { page, errors, outside, close } = await visit(browser, `${url}/`, { width: 1280, height: 800 });
  await page.waitForSelector('a[href^="/api/collections/"]');
  const links = await page.locator('a[href]').evaluateAll((as) => as.map((a) => (a as HTMLAnchorElement).href));
  expect(links).toEqual(expect.arrayContaining([`${url}/wall`, `${url}/sign-in?next=/`, `${url}/docs`]));
  // Nobody is signed in, so there are no pages of staff.
  expect(links.filter((link) => /\/(desk|field|planner|accounts)$/.test(link))).toEqual([]);
  await page.locator('[data-figure="未结红色预警"]', { hasText: /\d/ }).waitFor();
  for (const link of links) expect((await fetch(link)).status, link).toBe(200);
  expect(await page.textContent('body')).toContain('合成的演示数据');
  await expectAccessible(page);
  expect([errors, outside]).toEqual([[], []]);
  await close();
});

test('the language can be switched to English and is remembered', async () => {
  const { page, close } = await visit(browser, `${url}/`, { width: 1280, height: 800 });
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByText('The wall').waitFor();
  expect(await page.getAttribute('html', 'lang')).toBe('en');
  await page.goto(`${url}/sign-in`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goto(`${url}/sign-in?lang=zh`);
  await page.getByRole('heading', { name: '登录' }).waitFor();
  await close();
});

test.skipIf(token === '')('a token becomes a session and ends again', async () => {
  const { page, close } = await visit(browser, `${url}/sign-in`, { width: 1280, height: 800 });
  await expectAccessible(page);
  await page.getByLabel('访问令牌').fill('om_0000');
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByText('令牌无效或已过期').waitFor();
  await page.getByLabel('访问令牌').fill(token);
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByText('系统管理员').waitFor();
  // The home page knows who is signed in, what waits for this person, and which pages the person may use.
  await page.goto(`${url}/`);
  await page.locator('[data-who]', { hasText: '系统管理员' }).waitFor();
  await page.locator('[data-figure="待我办理"]', { hasText: /\d/ }).waitFor();
  expect(await page.locator('[data-pages] a').evaluateAll((as) => as.map((a) => a.getAttribute('href')))).toEqual(
    ['desk', 'field', 'planner', 'records', 'accounts', 'wall', 'report', 'rider', 'card', 'board'].map(
      (name) => `/${name}`,
    ),
  );
  await expectAccessible(page);
  await page.goto(`${url}/sign-in`);
  await page.getByText('系统管理员').waitFor();
  const cookies = await page.context().cookies();
  expect(cookies.map((c) => [c.httpOnly, c.sameSite])).toEqual([[true, 'Lax']]);
  expect(await page.evaluate(() => JSON.stringify([localStorage, document.cookie]))).not.toContain(token);
  await expectAccessible(page);
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.getByLabel('访问令牌').waitFor();
  expect(await page.context().cookies()).toEqual([]);
  await close();
});

test('an address without a page, opened in a browser, leads back to the home page', async () => {
  const { page, close } = await visit(browser, `${url}/no-such-page/at-all`, { width: 1280, height: 800 });
  await page.getByRole('heading', { name: /^(未找到|Not found)$/ }).waitFor();
  await expectAccessible(page);
  await page.locator('main .button').first().click();
  await page.waitForURL(`${url}/`);
  await page.locator('[data-pages] a').first().waitFor();
  expect(await page.locator('[data-pages] a').count()).toBe(5);
  await close();
});

test('an invite can be pasted on the sign-in page', async () => {
  const { page, close } = await visit(browser, `${url}/sign-in`, { width: 390, height: 844 });
  await page.getByLabel('邀请链接').fill('https://example.invalid/rider?b=1');
  await page.getByRole('button', { name: '使用邀请' }).click();
  await page.getByText('这不是有效的邀请链接').waitFor();
  await expectAccessible(page);
  await page.getByLabel('邀请链接').fill(`${url}/sign-in#invite=om_${'0a'.repeat(32)}`);
  await page.getByRole('button', { name: '使用邀请' }).click();
  await page.getByLabel('名称（建立后不能更改）').fill('小李');
  await page.getByRole('button', { name: '建立账号并登录' }).click();
  await page.getByText('邀请无效').waitFor();
  expect(page.url()).not.toContain('om_');
  await close();
});

test('the API documentation works without the internet', async () => {
  const { page, errors, outside, close } = await visit(browser, `${url}/docs`, { width: 1280, height: 800 });
  await page.waitForSelector('.opblock');
  const described = (await (await fetch(`${url}/api/openapi.json`)).json()) as { paths: Record<string, object> };
  const operations = Object.values(described.paths).reduce(
    (n, path) => n + Object.keys(path).filter((k) => /^(get|put|post|patch|delete)$/.test(k)).length,
    0,
  );
  expect(await page.locator('.opblock').count()).toBe(operations);
  // Sends one of the requests from the documentation.
  await page.locator('.opblock', { hasText: '/api/session' }).filter({ hasText: 'GET' }).first().click();
  await page.getByRole('button', { name: 'Try it out' }).first().click();
  await page.getByRole('button', { name: 'Execute' }).first().click();
  await page.locator('.live-responses-table').getByText('"public"').first().waitFor();
  await expectAccessible(page, ['.swagger-ui']);
  expect([errors, outside]).toEqual([[], []]);
  await close();
});

test('the types of the client match this server', async () => {
  const { readFile } = await import('node:fs/promises');
  const kept = JSON.parse(await readFile('src/core/api/openapi.json', 'utf8')) as { paths: object; components: object };
  const served = (await (await fetch(`${url}/api/openapi.json`)).json()) as { paths: object; components: object };
  // If this fails, run `make docs` to update the document.
  expect({ paths: served.paths, components: served.components }).toEqual({
    paths: kept.paths,
    components: kept.components,
  });
});
