// Tests the page that prints boards: choosing, what the paper shows, and its errors.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { expectAccessible, launch, visit } from './browser.ts';
import { paper } from './paper.ts';

const url = inject('url');
const SIZE = { width: 1440, height: 900 };
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

test('a board is chosen for a gate and printed on one page of A3', async () => {
  const { page, errors, outside, close } = await visit(browser, `${url}/`, SIZE);
  await page.getByRole('link', { name: '导览板' }).click();
  await page.getByText('选择小区后，此处显示导览板').waitFor();
  await expectAccessible(page);
  await page.getByLabel('小区').selectOption({ label: '温泉花园' });
  await page.locator('[data-board]').waitFor();
  expect(await page.getByLabel('挂在哪个门').locator('option').allTextContents()).toEqual(
    expect.arrayContaining(['不标“您在此处”', '东门', '南门', '西门', '北门', '东2门']),
  );
  const answer = page.waitForResponse((r) => r.url().includes('at=wenquan-huayuan-gate-e'));
  await page.getByLabel('挂在哪个门').selectOption({ label: '东门' });
  expect(await (await answer).text()).toContain('您在此处');
  await expect.poll(() => new URL(page.url()).search).toBe('?compound=wenquan-huayuan&at=wenquan-huayuan-gate-e');
  const board = page.locator('[aria-busy="false"] [data-board]');
  await board.waitFor();
  expect(await board.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBeGreaterThan(1000);
  expect(await page.textContent('.board__url')).toBe(`${url}/rider`);
  expect(await page.locator('[data-local]').count()).toBe(1);
  await expectAccessible(page);
  expect(await paper(page)).toEqual([[420, 297]]);

  // Opening the address with `lang=en` shows the board of the same compound and gate in English.
  const english = page.waitForResponse((r) => r.url().includes('/board?lang=en&at='));
  await page.goto(`${page.url()}&lang=en`);
  expect(await (await english).text()).toContain('You are here');
  await board.waitFor();
  await expectAccessible(page);
  expect([errors, outside]).toEqual([[], []]);
  await close();
});

test('every text of a board fits into its label', async () => {
  const { page, close } = await visit(browser, `${url}/board`, SIZE);
  const { features } = (await (await fetch(`${url}/api/collections/compounds/items?limit=1000`)).json()) as {
    features: { id: string }[];
  };
  expect(features.length).toBeGreaterThan(30);
  for (const lang of ['zh', 'en']) {
    for (const { id } of features.slice(0, 12)) {
      await page.goto(`${url}/api/compounds/${id}/board?lang=${lang}`);
      const [texts, wide] = await page.evaluate(() => {
        const labels = [...document.querySelectorAll('[data-label]')].flatMap((label) => {
          const room = Number(label.getAttribute('data-box')?.split(' ')[2]);
          return [...label.querySelectorAll('text')].map((text) => ({ text, room }));
        });
        const tooWide = labels.filter(({ text, room }) => text.getComputedTextLength() > room + 1);
        return [labels.length, tooWide.map(({ text }) => text.textContent)];
      });
      expect(texts).toBeGreaterThan(30);
      expect(wide).toEqual([]);
      // No text extends beyond the left or right edge of the board.
      const out = await page.evaluate(() =>
        [...document.querySelectorAll('text')]
          .filter((text) => {
            const { right, left } = text.getBoundingClientRect();
            return (
              left < 0 || right > (document.documentElement as unknown as SVGSVGElement).getBoundingClientRect().right
            );
          })
          .map((text) => text.textContent),
      );
      expect(out).toEqual([]);
    }
  }
  await close();
});

test('an unknown compound or gate, a map without compounds, and an unreachable server are reported', async () => {
  const { page, outside, close } = await visit(browser, `${url}/board?compound=none`, SIZE);
  await page.getByRole('alert').getByText('没有小区“none”').waitFor();
  await expectAccessible(page);
  await page.goto(`${url}/board?compound=wenquan-huayuan&at=none`);
  await page.getByRole('alert').getByText('温泉花园没有大门“none”').waitFor();
  await page.getByLabel('挂在哪个门').selectOption('');
  await page.locator('[data-board]').waitFor();

  await page.route('**/api/collections/compounds/items*', (route) =>
    route.fulfill({ json: { type: 'FeatureCollection', features: [], links: [] } }),
  );
  await page.goto(`${url}/board`);
  await page.getByText('地图上暂无小区').waitFor();
  await expectAccessible(page);
  await page.unroute('**/api/collections/compounds/items*');

  await page.route('**/api/collections/compounds/items*', (route) => route.abort());
  await page.goto(`${url}/board`);
  await page.getByRole('alert').getByText('无法连接服务器').waitFor();
  await page.unroute('**/api/collections/compounds/items*');
  await page.getByRole('button', { name: '重试' }).click();
  await page.getByLabel('小区').selectOption({ label: '温泉花园' });
  await page.locator('[data-board]').waitFor();
  expect(outside).toEqual([]);
  await close();
});
