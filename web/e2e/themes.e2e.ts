// The themes (十彩民情图): all ten on the wall with the legend of the answer that the page received, two side by side, a
// changed file, and on the desk the overlay, the table and the paper.
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, launch, mapReady, visit } from './browser.ts';
import { networkReady, startServer, type Server } from './server.ts';

interface Theme {
  seq: number;
  theme: string;
  title: { zh: string };
  unit: { zh: string };
  more: 'worse' | 'better';
  classes: { from: number | null; to: number | null; n: number }[];
  areas: { id: string; value: number | null; class: number | null }[];
}

/** The answers that a page has received, by theme: the newest of each. */
function answersOf(page: Page): Map<string, Theme> {
  const answers = new Map<string, Theme>();
  page.on('response', (response) => {
    if (/\/api\/themes\/\w+/.test(response.url()) && response.status() === 200)
      void response.json().then(
        (theme: Theme) => answers.set(theme.theme, theme),
        () => {},
      );
  });
  return answers;
}

/** The rows of the legend that belong to an answer: class and number of areas, what needs attention first. */
function rowsOf({ classes, areas, more }: Theme): string[] {
  const rows = classes.map(({ n }, i) => `${i}:${n}`);
  const none = areas.filter((area) => area.class === null).length;
  return [...(more === 'worse' ? rows.toReversed() : rows), ...(none > 0 ? [`none:${none}`] : [])];
}

const legend = (page: Page, id: string): Promise<string[]> =>
  page
    .locator(`[data-legend="${id}"] [data-class]`)
    .evaluateAll((rows) =>
      rows.map(
        (row) =>
          `${row.getAttribute('data-class')}:${/\d+/.exec(row.querySelector('.legend__n')?.textContent ?? '')?.[0] ?? ''}`,
      ),
    );

describe.skipIf(!process.env['ONEMAP_BIN'])('the themes', () => {
  let browser: Browser;
  let server: Server;
  let folder: string;
  let text: string;

  /** Writes the themes by renaming, so that the server never reads an incomplete file. */
  async function write(themes: string): Promise<void> {
    await writeFile(join(folder, 'part'), themes);
    await rename(join(folder, 'part'), join(folder, 'themes.toml'));
  }

  beforeAll(async () => {
    browser = await launch();
    folder = await mkdtemp(join(tmpdir(), 'onemap-e2e-'));
    text = await readFile(new URL('../../geodata/themes.toml', import.meta.url), 'utf8');
    server = await startServer('--demo', '--demo-speed', '0.0001', '--config', folder);
    await networkReady(server.url, server.token);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('the wall shows all ten with their legends, two side by side, and takes up a changed file', async () => {
    const { page, errors, close } = await visit(browser, 'about:blank', { reducedMotion: true });
    const answers = answersOf(page);
    await page.goto(`${server.url}/wall?view=themes`);
    await mapReady(page);
    await page.waitForSelector('[data-choice]');
    const ids = await page
      .locator('[data-choice]')
      .evaluateAll((all) => all.map((e) => e.getAttribute('data-choice') ?? ''));
    expect(ids).toHaveLength(10);
    const shown = new Set<string>();
    for (const id of ids) {
      await page.click(`[data-choice="${id}"]`);
      await page.waitForSelector(`aside [data-legend="${id}"]`);
      await expect.poll(async () => legend(page, id)).toEqual(rowsOf(answers.get(id) as Theme));
      expect(await page.textContent(`[data-legend="${id}"]`)).toContain(answers.get(id)?.unit.zh);
      // The text alternative has every area.
      const listed = page.locator(`table[data-of="${id}"] tbody tr`);
      expect(await listed.count()).toBe(answers.get(id)?.areas.length);
      shown.add((await page.textContent(`[data-legend="${id}"] .legend__title`)) ?? '');
    }
    expect(shown.size).toBe(10);
    await expectAccessible(page);

    // By keys: the next theme, which is the first again, and one beside it.
    await page.keyboard.press('6');
    await page.waitForSelector(`aside [data-legend="${ids[0]}"]`);
    await page.keyboard.press('b');
    await page.waitForSelector(`[data-beside="${ids[1]}"] [data-legend]`);
    expect(new URL(page.url()).searchParams.get('beside')).toBe(ids[1]);
    await page.goto(`${server.url}/wall?view=themes&theme=fire`);
    await mapReady(page);

    // A click on an area marks it and opens its card.
    await page.waitForSelector('aside [data-legend="fire"]');
    await page.waitForTimeout(1000);
    const box = await page.locator('.wall__map').boundingBox();
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) * 0.7);
    await page.locator('[data-card]').waitFor();
    const id = await page.locator('aside [data-area][aria-pressed="true"]').getAttribute('data-area');
    expect(await page.locator('[data-card]').getAttribute('data-card')).toBe(id);
    await page.keyboard.press('Escape');
    await page.locator('[data-card]').waitFor({ state: 'detached' });
    expect(await page.locator('aside [data-area][aria-pressed="true"]').count()).toBe(0);

    // The file changes while the wall shows the theme.
    const own = text
      .replace('zh = "消防隐患"', 'zh = "消防安全"')
      .replace(/(\[fire\][^[]*?classes = )\{[^}]*\}/, '$1{ method = "equal", number = 3 }');
    await write(own);
    await page.waitForSelector('aside [data-legend="fire"] .legend__title:text("消防安全")', { timeout: 30_000 });
    expect(answers.get('fire')?.classes).toHaveLength(3);
    await expect.poll(async () => legend(page, 'fire')).toEqual(rowsOf(answers.get('fire') as Theme));
    // A file that is wrong changes nothing.
    await write(own.replace('hue = 25', 'hue = "red"'));
    await page.waitForTimeout(3000);
    expect(await page.textContent('aside [data-legend="fire"] .legend__title')).toBe('消防安全');
    await write(text);
    expect(errors).toEqual([]);
    await close();
  });

  test('the desk draws a theme over its map, saves it as a table and prints it', async () => {
    const token = await server.createToken('--role', 'officer', '--name', 'li');
    const opened = await visit(browser, `${server.url}/desk`, { width: 1440, height: 900, reducedMotion: true, token });
    const { page, errors, close } = opened;
    const answers = answersOf(page);
    await mapReady(page);
    await page.keyboard.press('Shift+D');
    await page.waitForSelector('[data-themes] [data-legend="requests"]');
    await page.selectOption('[data-themes] [name="theme"]', 'first_aid');
    await page.selectOption('[data-themes] [name="by"]', 'community');
    await page.waitForSelector('[data-themes] [data-legend="first_aid"]');
    await expect.poll(async () => legend(page, 'first_aid')).toEqual(rowsOf(answers.get('first_aid') as Theme));
    expect(answers.get('first_aid')?.areas).toHaveLength(12);
    await expectAccessible(page);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-save]')]);
    expect(download.suggestedFilename()).toMatch(/^十彩民情图-身边急救-\d{4}-\d\d-\d\d\.xlsx$/);
    const file = await readFile(await download.path());
    expect(file.subarray(0, 2).toString()).toBe('PK');

    // The past: a week ago.
    const past = new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 16);
    await page.selectOption('[data-themes] [name="theme"]', 'requests');
    const [asked] = await Promise.all([
      page.waitForResponse((response) => response.url().includes('as_of=')),
      page.fill('[data-themes] [name="as_of"]', past),
    ]);
    expect(asked.status(), await asked.text()).toBe(200);

    const sheet = await page.getAttribute('[data-print]', 'href');
    await page.goto(new URL(sheet ?? '', server.url).href);
    await page.waitForSelector('[data-theme-sheet][data-ready="true"]');
    await expect.poll(async () => legend(page, 'requests')).toEqual(rowsOf(answers.get('requests') as Theme));
    expect(await page.locator('svg [data-area]').count()).toBe(answers.get('requests')?.areas.length);
    expect(await page.textContent('[data-legend]')).toMatch(/数据截至 \d{4}年.*来源：/s);
    expect(await page.locator('[data-most] tbody tr').count()).toBe(10);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await close();
  });
});
