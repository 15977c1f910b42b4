// One case through all pages: a resident reports it, the desk files and dispatches it, a unit handles it, a grid
// worker verifies it on the spot, the desk closes it, the resident reads the outcome and rates it with a reason. The wall
// screen shows each step.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, launch, mapReady, visit } from './browser.ts';
import { fitsFingers, phone, photograph } from './phone.ts';
import { startServer, type Server } from './server.ts';

const LON = 117.13;
const LAT = 39.22;

/** A square around the place; `half` is half of a side, in degrees. */
function square(id: string, half: number, properties: object): object {
  const [w, s, e, n] = [LON - half, LAT - half, LON + half, LAT + half];
  return {
    type: 'Feature',
    id,
    properties,
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [w, s],
          [e, s],
          [e, n],
          [w, n],
          [w, s],
        ],
      ],
    },
  };
}

describe.skipIf(!process.env['ONEMAP_BIN'])('one case', () => {
  let browser: Browser;
  let server: Server;
  let officer: string;
  let unit: string;
  let worker: string;

  const token = (...options: string[]): Promise<string> => server.createToken(...options);
  async function put(collection: string, feature: object & { id?: string }): Promise<void> {
    const response = await fetch(`${server.url}/api/collections/${collection}/items/${feature.id ?? ''}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/geo+json' },
      body: JSON.stringify(feature),
    });
    expect(response.ok, `${collection} ${response.status}`).toBe(true);
  }

  beforeAll(async () => {
    browser = await launch();
    server = await startServer();
    await put('grids', square('c1', 0.004, { kind: 'community', code: '120113001020000', name: '温泉社区' }));
    await put('grids', square('g1', 0.004, { kind: 'grid', code: '120113001020003', name: '第3网格', parent: 'c1' }));
    await put('buildings', square('b7', 0.0003, { name: '温泉花园7号楼', number: '7', levels: 6 }));
    await put('units', {
      type: 'Feature',
      id: 'u1',
      geometry: { type: 'Point', coordinates: [LON, LAT] },
      properties: { name: '温泉物业', competences: ['corridor_clutter'], communities: ['c1'], duty_hours: '24/7' },
    } as object);
    officer = await token('--role', 'officer', '--name', '值班员');
    unit = await token('--role', 'unit', '--name', '物业', '--unit', 'u1');
    worker = await token('--role', 'grid_worker', '--name', '网格员');
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test('is reported once and followed to its end, and every page shows every step', async () => {
    const wall = await visit(browser, `${server.url}/wall`, { reducedMotion: true });
    await mapReady(wall.page);
    const resident = await phone(browser, `${server.url}/report?b=b7`);
    const desk = await visit(browser, `${server.url}/desk`, {
      width: 1440,
      height: 900,
      reducedMotion: true,
      token: officer,
    });
    await desk.page.waitForSelector('[data-desk="ready"]');

    await resident.page.locator('[data-place]', { hasText: '温泉花园7号楼' }).waitFor();
    await resident.page.getByText('楼道堆物', { exact: true }).click();
    await resident.page.fill('[name="note"]', '三楼堆了旧家具');
    await resident.page.locator('[data-send]').click();
    await resident.page.getByText('谢谢，已经收到').waitFor();
    const id = (await resident.page.getAttribute('[data-number]', 'data-id')) ?? '';

    /** Waits until the desk, the wall screen and the receipt show the case in this status. */
    async function seen(status: string): Promise<void> {
      await Promise.all([
        resident.page.waitForSelector(`[data-status="${status}"]`),
        desk.page.waitForSelector(`[data-case-shown="${id}"] [data-status="${status}"], [data-status="${status}"]`),
        wall.page.waitForSelector(`[data-warning="${id}"][data-status="${status}"]`),
      ]);
    }
    const press = async (page: Page, action: string, key: string): Promise<void> => {
      await page.waitForSelector(`[data-action="${action}"]`);
      await page.keyboard.press(key);
    };

    await wall.page.waitForSelector(`[data-warning="${id}"][data-status="reported"]`);
    await desk.page.waitForSelector(`[data-case="${id}"]`);
    await desk.page.keyboard.press('j');
    await press(desk.page, 'file', 'f');
    await seen('filed');
    await press(desk.page, 'dispatch', 'd');
    await desk.page.waitForSelector('[data-form="dispatch"] input:checked');
    await desk.page.keyboard.press('Control+Enter');
    await seen('dispatched');

    const handler = await phone(browser, `${server.url}/field#token=${unit}`);
    await handler.page.locator(`[data-group="handle"] .card[data-case="${id}"]`).click();
    await handler.page.locator('[data-action="start"]').click();
    await seen('handling');
    await handler.page.locator('[data-action="handle"]').click();
    await handler.page.setInputFiles('[data-photo="before"]', await photograph(browser, '#a63'));
    await handler.page.setInputFiles('[data-photo="after"]', await photograph(browser, '#6a3'));
    await handler.page.locator('.photos__one img').nth(1).waitFor();
    await handler.page.fill('[name="note"]', '旧家具已清走');
    await handler.page.locator('[data-send]').click();
    await seen('handled');

    const verifier = await phone(browser, `${server.url}/field#token=${worker}`, {
      at: { longitude: LON, latitude: LAT + 20 / 111_000 },
    });
    await verifier.page.locator(`[data-group="verify"] .card[data-case="${id}"]`).click();
    await verifier.page.locator('[data-action="verify"]').click();
    await verifier.page.locator('[data-near="true"]').waitFor();
    await verifier.page.getByText('已解决').click();
    await verifier.page.locator('[data-send]').click();
    await seen('verified');

    await press(desk.page, 'close', 'c');
    await resident.page.waitForSelector('[data-status="closed"]');
    await wall.page.waitForSelector(`[data-warning="${id}"]`, { state: 'detached' });

    // The receipt says what was done. Its QR code opens it for others, who cannot rate.
    const outcome = resident.page.locator('[data-outcome]');
    await outcome.getByText('旧家具已清走').waitFor();
    await outcome.getByText('承办单位：温泉物业').waitFor();
    await outcome.getByText('原承诺办理期限').waitFor();
    await resident.page.getByAltText('处理前').waitFor();
    await resident.page.getByAltText('处理后').waitFor();
    await resident.page.locator('[data-words]', { hasText: '三楼堆了旧家具' }).waitFor();
    const number = (await resident.page.textContent('[data-number]')) ?? '';
    expect(number).toMatch(/^\d{8}-\d{4}$/);
    expect(new URL(resident.page.url()).search).toBe('');
    const code = (await resident.page.textContent('[data-code]')) ?? '';
    const neighbour = await phone(browser, `${server.url}/report/mine`);
    await neighbour.page.fill('[name="number"]', number);
    await neighbour.page.fill('[name="code"]', code.toLowerCase());
    await neighbour.page.locator('[data-find]').click();
    await neighbour.page.locator('[data-shared]').waitFor();
    await neighbour.page.locator('[data-outcome]', { hasText: '旧家具已清走' }).waitFor();
    await neighbour.page.waitForFunction(
      () => [...document.querySelectorAll<HTMLImageElement>('.pictures img')].every((i) => i.naturalWidth > 0),
      undefined,
    );
    expect(await neighbour.page.locator('.star, [data-code]').count()).toBe(0);

    // Two stars ask why, and the officer reads the reason and files the case again.
    await resident.page.locator('.star').nth(3).click();
    expect(await resident.page.locator('[name="why"]').count()).toBe(0);
    await resident.page.locator('.star').nth(1).click();
    await resident.page.fill('[name="why"]', '墙角还有一堆');
    await resident.page.locator('[data-rate]').click();
    await resident.page.getByText('已评价').waitFor();
    await desk.page.goto(`${server.url}/desk/cases/${id}`);
    await desk.page.locator('.pane', { hasText: '★★☆☆☆ · 墙角还有一堆' }).waitFor();
    await desk.page.locator('.pane__id', { hasText: number }).waitFor();
    await desk.page.locator('[data-action="reopen"]').click();
    await desk.page.fill('[data-form="reopen"] textarea', '上报人评价2星：墙角还有一堆');
    await desk.page.keyboard.press('Control+Enter');
    await seen('filed');

    const { steps } = (await (await fetch(`${server.url}/api/warnings/${id}/history`)).json()) as {
      steps: { action: string }[];
    };
    expect(steps.map((s) => s.action)).toEqual([
      'report',
      'file',
      'dispatch',
      'start',
      'handle',
      'verify',
      'close',
      'rate',
      'reopen',
    ]);
    const all = [wall, desk, resident, handler, verifier, neighbour];
    expect(all.flatMap((opened) => opened.errors)).toEqual([]);
    await Promise.all(all.map((opened) => opened.close()));
  });

  test('a wish is claimed by a unit and fulfilled, and the public never reads the words of who asked', async () => {
    /** The resident's own words, their building and their telephone. */
    const secrets = ['老伴走后灯坏了没人修', '温泉花园7号楼', '13987650321'];
    const text = '为一位老人更换厨房灯管';
    await put('units', {
      type: 'Feature',
      id: 'u2',
      geometry: { type: 'Point', coordinates: [LON, LAT] },
      properties: { name: '温泉书店', competences: [], communities: ['c1'], duty_hours: '24/7' },
    } as object);
    const shop = await token('--role', 'unit', '--name', '书店', '--unit', 'u2');
    const resident = await phone(browser, `${server.url}/report?b=b7`);
    await resident.page.locator('[data-place]', { hasText: '温泉花园7号楼' }).waitFor();
    await resident.page.getByText('微心愿', { exact: true }).click();
    await resident.page.locator('[data-wish-note]', { hasText: '不公开您的原话' }).waitFor();
    await resident.page.locator('.missing', { hasText: '请写下您的心愿' }).waitFor();
    await resident.page.fill('[name="note"]', `${secrets[0]}，想换厨房灯管`);
    await resident.page.fill('[name="contact"]', secrets[2] ?? '');
    await expectAccessible(resident.page);
    expect(await fitsFingers(resident.page)).toEqual([]);
    await resident.page.locator('[data-send]').click();
    await resident.page.getByText('谢谢，已经收到').waitFor();
    const id = (await resident.page.getAttribute('[data-number]', 'data-id')) ?? '';
    await resident.page.getByText('温泉花园7号楼').waitFor();

    const desk = await visit(browser, `${server.url}/desk?case=${id}`, {
      width: 1440,
      height: 900,
      reducedMotion: true,
      token: officer,
    });
    await desk.page.locator('.facts', { hasText: '温泉花园7号楼' }).waitFor();
    await desk.page.locator('[data-action="file"]').click();
    await desk.page.fill('[data-form="file"] [data-field="public_text"]', `${text}。`);
    await expectAccessible(desk.page);
    await desk.page.keyboard.press('Control+Enter');
    await resident.page.locator('.line', { hasText: '正在找愿意帮忙的单位' }).waitFor();
    // The officer corrects the text, which the form proposes.
    await desk.page.waitForSelector('[data-action="publish"]');
    await desk.page.keyboard.press('w');
    const field = desk.page.locator('[data-form="publish"] [data-field="public_text"]');
    expect(await field.inputValue()).toBe(`${text}。`);
    await field.fill(text);
    await desk.page.keyboard.press('Control+Enter');
    await desk.page.locator('.facts dd').getByText(text, { exact: true }).waitFor();

    const home = await visit(browser, `${server.url}/`, { width: 1280, height: 900 });
    const shown = home.page.locator(`[data-wish="${id}"]`);
    await shown.getByText(text, { exact: true }).waitFor();
    await shown.getByText('温泉社区').waitFor();
    expect(await shown.getAttribute('data-state')).toBe('waiting');
    await expectAccessible(home.page);
    const wall = await visit(browser, `${server.url}/wall`, { reducedMotion: true });
    await wall.page.waitForSelector(`[data-warning="${id}"]`);
    for (const secret of secrets) expect(await home.page.content()).not.toContain(secret);
    // Other cases at the same building are on the wall, so its place is looked for in the row of the wish.
    for (const secret of [secrets[0], secrets[2]]) expect(await wall.page.content()).not.toContain(secret);
    const row = await wall.page.locator(`[data-warning="${id}"]`).first().textContent();
    expect(row).not.toContain(secrets[1]);

    // Two units have the wish on their screens; one tap claims it, and the second unit reads whose it is.
    const handler = await phone(browser, `${server.url}/field#token=${unit}`);
    const late = await phone(browser, `${server.url}/field#token=${shop}`);
    for (const { page } of [handler, late]) {
      await page.locator('[data-wishes]', { hasText: '微心愿 1' }).click();
      await page.locator(`[data-wish="${id}"]`, { hasText: text }).waitFor();
      for (const secret of secrets) expect(await page.content()).not.toContain(secret);
    }
    await expectAccessible(handler.page);
    expect(await fitsFingers(handler.page)).toEqual([]);
    await handler.page.locator(`[data-wish="${id}"] [data-claim]`).click();
    await handler.page.locator('.place', { hasText: '温泉花园7号楼' }).waitFor();
    await handler.page.getByText(`${secrets[0]}，想换厨房灯管`, { exact: true }).waitFor();
    await late.page.locator(`[data-wish="${id}"] [data-claim]`).click();
    await late.page.locator('[data-claim-problem]', { hasText: '温泉物业' }).waitFor();
    await late.page.locator(`[data-wish="${id}"]`).waitFor({ state: 'detached' });
    await resident.page.locator('.line', { hasText: '已认领' }).waitFor();

    await handler.page.locator('[data-action="start"]').click();
    await resident.page.waitForSelector('[data-status="handling"]');
    await handler.page.locator('[data-action="handle"]').click();
    await handler.page.fill('[name="note"]', '灯管已更换');
    await handler.page.locator('[data-send]').click();
    await resident.page.waitForSelector('[data-status="handled"]');
    const verifier = await phone(browser, `${server.url}/field#token=${worker}`, {
      at: { longitude: LON, latitude: LAT + 20 / 111_000 },
    });
    await verifier.page.locator(`[data-group="verify"] .card[data-case="${id}"]`).click();
    await verifier.page.locator('[data-action="verify"]').click();
    await verifier.page.locator('[data-near="true"]').waitFor();
    await verifier.page.getByText('已解决').click();
    await verifier.page.locator('[data-send]').click();
    await resident.page.waitForSelector('[data-status="verified"]');
    await desk.page.waitForSelector('[data-action="close"]');
    await desk.page.keyboard.press('c');
    await resident.page.waitForSelector('[data-status="closed"]');
    await resident.page.locator('.line', { hasText: '心愿已实现' }).waitFor();
    await resident.page.locator('.star').nth(4).click();
    await resident.page.locator('[data-rate]').click();
    await resident.page.getByText('已评价').waitFor();

    await home.page.reload();
    await home.page.locator('[data-wish-figure="fulfilled"]', { hasText: '1' }).waitFor();
    const figures = await home.page.locator('[data-wish-figure]').allTextContents();
    expect(figures.map((figure) => figure.trim())).toEqual(['0', '1', '1', '5.0']);
    expect(await shown.count()).toBe(0);
    for (const path of ['', '/history', '?f=cap']) {
      const said = await (await fetch(`${server.url}/api/warnings/${id}${path}`)).text();
      for (const secret of [...secrets, text]) expect(said, path).not.toContain(secret);
    }
    const all = [home, wall, desk, resident, handler, late, verifier];
    // A browser logs the refused claim of the second unit.
    expect(all.filter((one) => one !== late).flatMap((opened) => opened.errors)).toEqual([]);
    await Promise.all(all.map((opened) => opened.close()));
  });
});
