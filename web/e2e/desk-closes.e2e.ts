// An officer closes the ways near a case at the desk, and riders are led around them from the next request on.
import type { Position } from 'geojson';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, launch, visit } from './browser.ts';
import { mondayMorning } from './phone.ts';
import { startServer, type Server } from './server.ts';

interface Route {
  features: { geometry: { coordinates: Position[] }; properties: { mode: string } }[];
  summary: { duration_s: number };
}

describe.skipIf(!process.env['ONEMAP_BIN'])('ways near a case', () => {
  let browser: Browser;
  let server: Server;
  let officer: string;

  const api = async <T>(path: string, body?: unknown): Promise<T> => {
    const response = await fetch(server.url + path, {
      headers: { authorization: `Bearer ${officer}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    expect(response.ok, `${path} ${response.status}`).toBe(true);
    return (await response.json()) as T;
  };
  const ask = {
    from: { lon: 117.1342, lat: 39.224 },
    to: { building: 'wenquan-huayuan-3', unit: '2' },
    profile: 'ebike',
    depart_at: mondayMorning(),
  };
  const ridden = async (): Promise<Position[]> =>
    (await api<Route>('/api/route', ask)).features
      .filter(({ properties }) => properties.mode === 'ride')
      .flatMap(({ geometry }) => geometry.coordinates);

  beforeAll(async () => {
    browser = await launch();
    server = await startServer('--demo');
    officer = await server.createToken('--role', 'officer', '--name', 'li');
    // The server builds the network after its start.
    for (let tries = 0; tries < 120; tries += 1) {
      if ((await fetch(`${server.url}/api/network`)).ok) break;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test('are closed with a form, change the route, and are opened again', async () => {
    const before = await ridden();
    const dug = before[Math.floor(before.length / 2)];
    // A case of this category closes no way until an officer sends the form.
    const { id } = await api<{ id: string }>('/api/warnings', {
      category: 'street_encroachment',
      geometry: { type: 'Point', coordinates: dug },
      note: '占了整条路',
      source: 'grid_worker',
    });
    const { page, errors, close } = await visit(browser, `${server.url}/desk/cases/${id}`, {
      width: 1440,
      height: 900,
      reducedMotion: true,
      token: officer,
    });
    await page.waitForSelector(`[data-case-shown="${id}"] [data-action="file"]`);
    await page.keyboard.press('f');
    await page.waitForSelector('[data-status="filed"]');
    expect(await ridden()).toEqual(before);

    await page.keyboard.press('l');
    const form = page.locator('[data-form="block"]');
    await form.waitFor();
    expect(await form.locator('[data-field="closes"]').isChecked()).toBe(true);
    expect(await form.locator('[data-field="foot"]').isChecked()).toBe(false);
    expect(await form.locator('[data-field="within"]').inputValue()).toBe('5');
    await form.locator('[data-field="reason"]').fill('摊位占满路面');
    await expectAccessible(page);
    if (process.env['ONEMAP_SHOTS']) await page.screenshot({ path: `${process.env['ONEMAP_SHOTS']}/desk-block.png` });
    await page.keyboard.press('Control+Enter');
    await form.waitFor({ state: 'detached' });
    const shown = page.locator(`[data-case-shown="${id}"]`);
    await shown
      .getByText(/5 米内：电动自行车不能通行/)
      .first()
      .waitFor();
    if (process.env['ONEMAP_SHOTS']) await page.screenshot({ path: `${process.env['ONEMAP_SHOTS']}/desk-closed.png` });
    const around = await ridden();
    expect(around).not.toEqual(before);
    expect(around).not.toContainEqual(dug);
    const { properties } = await api<{ properties: { blocks: unknown; status: string } }>(`/api/warnings/${id}`);
    expect(properties).toMatchObject({ blocks: { ebike: true, foot: false, within_m: 5 }, status: 'filed' });

    // The form opens with the current closure: for whom, and within which distance.
    await page.keyboard.press('l');
    await form.waitFor();
    await form.locator('[data-field="closes"]').uncheck();
    await page.keyboard.press('Control+Enter');
    await form.waitFor({ state: 'detached' });
    await expect.poll(ridden).toEqual(before);
    expect(errors).toEqual([]);
    await close();
  });
});
