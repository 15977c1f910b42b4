// The wall screen at rest: it shows what the server says, and is legible from a distance.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { expectAccessible, launch, mapReady, visit, type Visit } from './browser.ts';

const url = inject('url');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

interface Box {
  name: string;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The regions that must not overlap. */
const regions = (page: Page): Promise<Box[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('.wall > header, .wall > main, .wall > footer, .wall .panel')].map((e) => {
      const { left, top, right, bottom } = e.getBoundingClientRect();
      return { name: `${e.tagName} ${e.getAttribute('aria-label') ?? ''}`, left, top, right, bottom };
    }),
  );

/** Visible texts that are smaller than `least` px. */
const smallTexts = (page: Page, least: number): Promise<string[]> =>
  page.evaluate((px) => {
    const out: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!parent || !node.textContent?.trim() || parent.closest('.visually-hidden, noscript, script, style')) continue;
      const size = Number.parseFloat(getComputedStyle(parent).fontSize);
      if (size < px - 0.01) out.push(`${size}px ${node.textContent.trim()}`);
    }
    return out;
  }, least);

/** Texts that are cut off by their box. */
const cutTexts = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [
      ...document.querySelectorAll<HTMLElement>(
        '.wall h1, .wall .clock *, .wall .legend *, .wall .figure *, .wall .panel__title',
      ),
    ]
      .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
      .map((e) => e.textContent ?? ''),
  );

/**
 * Lines that end inside a Chinese word: the word, with / where the line ends. Words are found with the dictionary of the
 * browser; names of places, which it does not know, are single characters there.
 */
const brokenWords = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const out: string[] = [];
    const words = new Intl.Segmenter('zh', { granularity: 'word' });
    const texts = document.querySelectorAll<HTMLElement>('.wall p, .wall h2, .wall dd, .wall dt, .wall li > span');
    for (const element of texts) {
      if (element.closest('.visually-hidden')) continue;
      const text = element.textContent ?? '';
      const tops: number[] = [];
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (let i = 0; i < (node.textContent ?? '').length; i += 1) {
          const range = document.createRange();
          range.setStart(node, i);
          range.setEnd(node, i + 1);
          const box = range.getClientRects()[0];
          tops.push(box && box.width > 0 ? box.bottom : Number.NaN);
        }
      }
      for (const { segment, index, isWordLike } of words.segment(text)) {
        if (!isWordLike || !/\p{Script=Han}/u.test(segment)) continue;
        for (let i = index + 1; i < index + segment.length; i += 1) {
          if ((tops[i] ?? 0) - (tops[i - 1] ?? 0) > 8)
            out.push(`${text.slice(index, i)}/${text.slice(i, index + segment.length)} in ${text}`);
        }
      }
    }
    return out;
  });

describe.each([
  [1920, 1080],
  [3840, 2160],
])('at %i × %i', (width, height) => {
  let wall: Visit;
  beforeAll(async () => {
    wall = await visit(browser, `${url}/wall`, { width, height });
    await mapReady(wall.page);
  });
  afterAll(() => wall.close());

  test('the map takes at least 60 % and nothing overlaps', async () => {
    const boxes = await regions(wall.page);
    const map = boxes.find((b) => b.name.startsWith('MAIN'));
    expect(map && (map.right - map.left) * (map.bottom - map.top)).toBeGreaterThanOrEqual(0.6 * width * height);
    const overlaps = boxes.flatMap((a, i) =>
      boxes
        .slice(i + 1)
        .filter(
          (b) => a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5,
        )
        .map((b) => `${a.name} / ${b.name}`),
    );
    expect(overlaps).toEqual([]);
    for (const b of boxes) expect(b.right <= width + 0.5 && b.bottom <= height + 0.5, b.name).toBe(true);
    expect(
      await wall.page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]),
    ).toEqual([width, height]);
  });

  test('no text is under 20 px or cut off, and the main figures have at least 64 px', async () => {
    const k = width / 1920;
    expect(await smallTexts(wall.page, 20 * k)).toEqual([]);
    expect(await cutTexts(wall.page)).toEqual([]);
    expect(await brokenWords(wall.page)).toEqual([]);
    const sizes = await wall.page
      .locator('.figure__number')
      .evaluateAll((es) => es.map((e) => Number.parseFloat(getComputedStyle(e).fontSize)));
    expect(sizes.length).toBeGreaterThanOrEqual(3);
    for (const size of sizes) expect(size).toBeGreaterThanOrEqual(64 * k);
  });

  test('the wall screen is accessible, has no errors and sends no requests to other servers', async () => {
    await expectAccessible(wall.page);
    expect([wall.errors, wall.outside]).toEqual([[], []]);
  });
});

test('the figures and the table match the server', async () => {
  const { page, close } = await visit(browser, `${url}/wall?rotate=5`);
  await mapReady(page);
  const title = ((await (await fetch(`${url}/api/`)).json()) as { title: string }).title;
  expect(await page.textContent('h1')).toBe(title);
  await page.getByText('演示数据 · 合成').waitFor();
  // The demo keeps adding cases, so both sides are read until they agree.
  await expect
    .poll(
      async () => {
        const { grids } = (await (await fetch(`${url}/api/grids/status`)).json()) as {
          grids: { kind: string; level: string }[];
        };
        const { open } = (await (await fetch(`${url}/api/warnings/summary?days=1`)).json()) as {
          open: Record<string, number>;
        };
        const { features } = (await (await fetch(`${url}/api/warnings?open=true&limit=1000`)).json()) as {
          features: {
            properties: {
              status: string;
              overdue_at?: string;
              parked_until?: string;
              source: string;
              exercise?: boolean;
            };
          }[];
        };
        const counted = features.map((f) => f.properties).filter((p) => !p.exercise);
        // Nobody has to act on these, so they are not overdue.
        const settled = new Set(['handled', 'verified']);
        const late = counted.filter(
          (p) => p.overdue_at && !settled.has(p.status) && !(Date.parse(p.parked_until ?? '') > Date.now()),
        ).length;
        const hotline = counted.filter((p) => p.source === 'hotline').length;
        const figure = async (key: string): Promise<string> =>
          (await page.textContent(`[data-figure="${key}"] dd`)) ?? '';
        const levels = ['red', 'yellow', 'green'];
        const n = (level: string): number => grids.filter((g) => g.kind === 'grid' && g.level === level).length;
        const cases = await Promise.all(
          levels.map(async (l) => Number(await page.textContent(`[data-level="${l}"] .figure__number`))),
        );
        const inGrids = await Promise.all(
          levels.map(async (l) => Number(await page.getAttribute(`[data-level="${l}"]`, 'data-grids'))),
        );
        const rows = await page.locator('caption:has-text("各网格的预警等级") ~ tbody tr').count();
        const same =
          (await figure('overdue')) === String(late) &&
          (await figure('hotline')) === `${Math.round((hotline / counted.length) * 100)} %` &&
          JSON.stringify([cases, inGrids]) === JSON.stringify([levels.map((l) => open[l]), levels.map(n)]) &&
          rows === grids.filter((g) => g.kind === 'grid').length;
        return same && rows >= 90;
      },
      { timeout: 20_000 },
    )
    .toBe(true);
  expect(await page.textContent('#map-summary')).toMatch(/红色预警网格 \d+ 个/);
  const { days } = (await (await fetch(`${url}/api/warnings/summary?days=2`)).json()) as { days: { closed: number }[] };
  expect(await page.textContent('[data-figure="closed"]')).toContain(`昨日全天 ${days[0]?.closed} 件`);

  // The left panel turns to the ranking of the communities, the worst first.
  await page.locator('.counts', { hasText: '社区排名' }).locator('.row').first().waitFor();
  const ranks = await page
    .locator('.counts .row')
    .evaluateAll((rows) =>
      rows.map((row) =>
        ['red', 'yellow'].map((l) =>
          Number(/\d+$/.exec(row.querySelector(`.row__number--${l}`)?.textContent ?? '')?.[0]),
        ),
      ),
    );
  expect(ranks.length).toBeGreaterThan(3);
  expect(ranks).toEqual(ranks.toSorted(([a = 0, b = 0], [c = 0, d = 0]) => c - a || d - b));
  await close();
});

test('the wall screen can be shown in English', async () => {
  const { page, close } = await visit(browser, `${url}/wall?lang=en`);
  await mapReady(page);
  await page.getByText('Open by level').first().waitFor();
  expect(await cutTexts(page)).toEqual([]);
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByRole('heading', { name: '处置情况' }).waitFor();
  await close();
});

test('a layer switch hides its layer and is remembered', async () => {
  const { page, close } = await visit(browser, `${url}/wall`);
  await mapReady(page);
  const shot = async (): Promise<string> => (await page.locator('.wall__canvas').screenshot()).toString('base64');
  const before = await shot();
  const button = page.getByRole('button', { name: '网格', exact: true });
  await button.click();
  expect(await button.getAttribute('aria-pressed')).toBe('false');
  await expect.poll(shot, { timeout: 20_000 }).not.toBe(before);
  await page.reload();
  await mapReady(page);
  expect(await page.getByRole('button', { name: '网格', exact: true }).getAttribute('aria-pressed')).toBe('false');
  await close();
});

test('the screenshot for the README', async () => {
  const { page, close } = await visit(browser, `${url}/wall`, { sharp: true });
  await mapReady(page);
  // Symbols fade in after the map is first idle.
  await page.waitForTimeout(1500);
  const path = process.env['ONEMAP_SCREENSHOT'];
  if (path) await mkdir(dirname(path), { recursive: true });
  const picture = await page.screenshot({ type: 'jpeg', quality: 86, ...(path ? { path } : {}) });
  expect(picture.byteLength).toBeLessThan(600_000);
  expect(picture.byteLength).toBeGreaterThan(60_000);
  await close();
});
