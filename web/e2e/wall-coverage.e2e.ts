// The coverage view of the wall screen: who is out of reach of a facility. A read-only token of an officer opens it, as
// on an unattended screen.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, launch, mapReady, visit } from './browser.ts';
import { networkReady, startServer, type Server } from './server.ts';

interface Coverage {
  demand: number;
  covered: number;
  share: number;
  straight_line: { share: number };
  by: { id: string; name: string; people: number; share: number }[];
  worst: { id: string };
  uncovered: { position: [number, number] }[];
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}\u202f%`;

describe.skipIf(!process.env['ONEMAP_BIN'])('the coverage view', () => {
  let browser: Browser;
  let server: Server;
  let screen: string;
  let folder: string;

  beforeAll(async () => {
    browser = await launch();
    // Blocked routes are red at once, and the demo adds no reports, because a new red case interrupts the view.
    folder = await mkdtemp(join(tmpdir(), 'onemap-e2e-'));
    const rules = await readFile(new URL('../../geodata/rules.toml', import.meta.url), 'utf8');
    await writeFile(
      join(folder, 'rules.toml'),
      rules.replace(/(\[categories\.blocked_route\][^[]*?level = )"yellow"/, '$1"red"'),
    );
    server = await startServer('--demo', '--demo-speed', '0.0001', '--config', folder);
    screen = await server.createToken('--role', 'officer', '--name', '大屏', '--read-only');
    // The figures are those of now, so the centres must be open whenever the tests run.
    const centres = `${server.url}/api/collections/facilities/items`;
    const { features } = (await (await fetch(`${centres}?kind=party_service_centre&limit=1000`)).json()) as {
      features: { id: string }[];
    };
    for (const { id } of features) {
      const patched = await fetch(`${centres}/${id}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify({ properties: { opening_hours: '24/7' } }),
      });
      if (!patched.ok) throw new Error(await patched.text());
    }
    await networkReady(server.url, server.token);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const answerFor = async (standard: string, at: string): Promise<Coverage> => {
    const response = await fetch(`${server.url}/api/plan/coverage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ standard, at, by: 'community', limit: 10_000 }),
    });
    expect(response.status, await response.clone().text()).toBe(200);
    return (await response.json()) as Coverage;
  };

  /** Waits until the panel shows a standard, and returns the moment for which its figures hold. */
  async function shownAt(page: Page, standard: string): Promise<string> {
    const panel = page.locator(`[data-coverage="ready"][data-standard="${standard}"]`);
    await panel.waitFor();
    return (await panel.getAttribute('data-at')) ?? '';
  }

  async function expectFigures(page: Page, standard: string): Promise<Coverage> {
    const answer = await answerFor(standard, await shownAt(page, standard));
    expect(await page.textContent('[data-share]')).toBe(percent(answer.share));
    expect(await page.textContent('[data-straight]')).toContain(percent(answer.straight_line.share));
    expect(await page.getAttribute('[data-worst]', 'data-worst')).toBe(answer.worst.id);
    const ranking = await page
      .locator('[data-area]')
      .evaluateAll((rows) => rows.map((r) => r.getAttribute('data-area')));
    expect(ranking.length).toBeGreaterThan(2);
    expect(ranking).toEqual(
      answer.by
        .filter(({ people }) => people > 0)
        .slice(0, ranking.length)
        .map(({ id }) => id),
    );
    return answer;
  }

  test('it opens by key, shows the figures of the server, and counts a new facility without a reload', async () => {
    const { page, errors, close } = await visit(browser, `${server.url}/wall#token=${screen}`, { reducedMotion: true });
    await mapReady(page);
    await page.keyboard.press('5');
    const first = await page.waitForSelector('[data-coverage="ready"]');
    const shown = (await first.getAttribute('data-standard')) ?? '';
    expect(new URL(page.url()).searchParams.get('view')).toBe('coverage');
    await page.waitForSelector('[data-view="coverage"]');
    await page.getByText('仅作对照').waitFor();
    expect(await page.locator('[data-table="coverage"] tbody tr').count()).toBeGreaterThan(2);
    await expectAccessible(page);

    // The same key shows the next standard, and the address names it.
    await page.keyboard.press('5');
    await page.waitForSelector(`[data-coverage="ready"]:not([data-standard="${shown}"])`);
    expect(new URL(page.url()).searchParams.get('standard')).not.toBe(shown);

    // The settings offer all standards.
    await page.keyboard.press('s');
    await page.locator('select[name="standard"] option[value="aed_4"]').waitFor({ state: 'attached' });
    await page.selectOption('select[name="standard"]', 'aed_4');
    await page.locator('[data-apply]').click();
    const before = await expectFigures(page, 'aed_4');
    // The source of the four minutes was checked.
    expect(await page.locator('[data-unverified]').count()).toBe(0);

    const share = (await page.textContent('[data-share]')) ?? '';
    const [lon, lat] = before.uncovered[0]?.position ?? [0, 0];
    const put = await fetch(`${server.url}/api/collections/first_aid_stations/items/new-aed`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/geo+json' },
      body: JSON.stringify({
        type: 'Feature',
        id: 'new-aed',
        geometry: { type: 'Point', coordinates: [lon, lat] },
        properties: { name: '新急救站', aed: true },
      }),
    });
    expect(put.status, await put.text()).toBeLessThan(300);
    await expect.poll(() => page.textContent('[data-share]'), { timeout: 30_000 }).not.toBe(share);
    const after = await expectFigures(page, 'aed_4');
    expect(after.covered).toBeGreaterThan(before.covered);

    // A failed request does not hide the last figures, and the screen recovers by itself.
    await page.route('**/api/plan/**', (route) => route.fulfill({ status: 500, body: '' }));
    const remove = await fetch(`${server.url}/api/collections/first_aid_stations/items/new-aed`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${server.token}` },
    });
    expect(remove.status).toBeLessThan(300);
    await page.getByText('未能更新').waitFor({ timeout: 30_000 });
    expect(await page.textContent('[data-share]')).toBe(percent(after.share));
    await page.unroute('**/api/plan/**');
    await expect.poll(() => page.textContent('[data-share]'), { timeout: 30_000 }).toBe(share);
    expect(errors.filter((text) => !text.includes('500'))).toEqual([]);
    await close();
  });

  test('it opens by address in English, marks an unverified standard, and says what is missing', async () => {
    const address = `${server.url}/wall?view=coverage&standard=pocket_park_300&lang=en#token=${screen}`;
    const { page, close } = await visit(browser, address, { reducedMotion: true });
    await mapReady(page);
    await expectFigures(page, 'pocket_park_300');
    expect(await page.textContent('[data-unverified]')).toContain('source not verified');

    expect(await page.locator('[data-unknown-standard]').count()).toBe(0);

    // A standard that does not exist is named, and another one is shown until one is chosen.
    const unknown = address.replace('pocket_park_300&lang=en', 'nonsense&lang=zh');
    const answered = page.waitForResponse((response) => response.url().includes('/api/plan/coverage?'));
    await page.goto(unknown);
    await mapReady(page);
    const { share } = (await (await answered).json()) as Coverage;
    await page.locator('[data-coverage="ready"]').waitFor();
    expect(await page.textContent('[data-share]')).toBe(percent(share));
    expect(await page.textContent('[data-unknown-standard]')).toContain('没有标准“nonsense”');
    await expectAccessible(page);
    await page.keyboard.press('5');
    await page.waitForSelector('[data-unknown-standard]', { state: 'detached' });
    await page.goto(unknown.replace('lang=zh', 'lang=en'));
    await page.getByText('There is no standard “nonsense”').waitFor();

    // Answers of a map without facilities, and of one without people.
    const change = { demand: 0, facilities: { count: 0, unknown_hours: 0, closed: [], unlinked: [] } };
    let parts: (keyof typeof change)[] = ['facilities'];
    await page.route('**/api/plan/coverage?*', async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as object;
      await route.fulfill({
        response,
        json: { ...answer, ...Object.fromEntries(parts.map((part) => [part, change[part]])) },
      });
    });
    await page.keyboard.press('5');
    await page.waitForSelector('[data-coverage="no-facilities"]');
    await page.getByText('onemap import', { exact: false }).first().waitFor();
    await expectAccessible(page);
    parts = ['demand', 'facilities'];
    await page.keyboard.press('5');
    await page.getByText('onemap import buildings.geojson').waitFor();
    await close();
  });

  test('without an account it says how a screen gets access; a new red case comes before it', async () => {
    const { page, close } = await visit(browser, `${server.url}/wall?view=coverage`, { reducedMotion: true });
    await mapReady(page);
    await page.waitForSelector('[data-coverage="refused"]');
    expect(await page.locator('[data-share]').count()).toBe(0);
    await page.getByText('onemap token create --role officer').waitFor();
    await expectAccessible(page);

    // A new red case comes first: the levels take the place of the coverage.
    const report = await fetch(`${server.url}/api/warnings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        category: 'blocked_route',
        geometry: { type: 'Point', coordinates: [117.1312, 39.2201] },
        note: '演练',
      }),
    });
    expect(report.status, await report.text()).toBe(201);
    await page.waitForSelector('[data-coverage]', { state: 'detached' });
    await page.getByText('未结 · 按等级').first().waitFor();
    await close();
  });
});
