// The planner's page with scenarios: from the gap to the printed report with the solver, a
// cancelled job, two planners on one scenario, a scenario on changed data, changed gates, and
// comparing.
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, launch, mapReady, visit, type Visit } from './browser.ts';
import { networkReady, startServer, type Server } from './server.ts';

const SIZE = { width: 1440, height: 900, reducedMotion: true };
const AT = '2026-11-25T10:00';
const INSTANT = `${AT}:00+08:00`;
const STANDARD = 'pocket_park_300';

interface Scenario {
  id: string;
  name: string;
  saved_by: string;
  version: number;
  seq: number;
  edits: { collection: string; id: string; op: string; properties?: Record<string, unknown> }[];
  moved_on: { commits: number; touched: { id: string }[] } | null;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}\u202f%`;

describe.skipIf(!process.env['ONEMAP_BIN'])('plans', () => {
  let browser: Browser;
  let server: Server;
  let zhang: string;
  let li: string;

  async function api<T>(
    path: string,
    { token = zhang, method = 'GET', body }: { token?: string; method?: string; body?: unknown } = {},
  ): Promise<T> {
    const response = await fetch(server.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.ok, `${path} ${response.status} ${response.ok ? '' : await response.clone().text()}`).toBe(true);
    return (await response.json()) as T;
  }
  const coverage = (body: object): Promise<{ share: number; covered: number }> =>
    api('/api/plan/coverage', { method: 'POST', body: { standard: STANDARD, at: INSTANT, ...body } });

  async function planner(path = '', token = zhang): Promise<Visit> {
    const query = `at=${AT}&standard=${STANDARD}`;
    const opened = await visit(browser, `${server.url}/planner${path}${path.includes('?') ? '&' : '?'}${query}`, {
      ...SIZE,
      token,
    });
    await opened.page.waitForSelector('[data-planner="ready"]');
    return opened;
  }

  async function save(page: Page, name: string): Promise<void> {
    await page.locator('[data-save]').click();
    const field = page.locator('[data-form="scenario"] [name="name"]');
    // The longest name that the server accepts.
    expect(await field.getAttribute('maxlength')).toBe('80');
    await field.fill(name);
    await page.locator('[data-form="scenario"] button[type="submit"]').click();
    await page.getByText(`已保存“${name}”`).waitFor();
  }

  /** Places a site with a click at this position of the window, in pixels. */
  async function drop(page: Page, x: number, y: number): Promise<void> {
    await mapReady(page);
    await page.keyboard.press('n');
    await page.getByText('点击地图，放置一处试点').waitFor();
    await page.mouse.click(x, y);
    await page.waitForSelector('[data-site]');
    await page.waitForSelector('[data-more][data-counting="false"]');
  }

  const aGate = async (): Promise<{ id: string; properties: Record<string, unknown> }> => {
    const { features } = await api<{ features: { id: string; properties: Record<string, unknown> }[] }>(
      '/api/collections/entrances/items?kind=gate&limit=1',
    );
    const [gate] = features;
    if (!gate) throw new Error('expected a gate in the demo district, found none');
    return gate;
  };

  const made = (name: string, edits: object[]): Promise<Scenario> =>
    api('/api/plan/scenarios', { method: 'POST', body: { name, edits, question: null } });

  beforeAll(async () => {
    browser = await launch();
    server = await startServer('--demo');
    zhang = await server.createToken('--role', 'planner', '--name', 'zhang');
    await networkReady(server.url, zhang);
    li = await server.createToken('--role', 'planner', '--name', 'li');
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test('from the gap to the printed report', async () => {
    const { page, errors, outside, close } = await planner();
    await page.waitForSelector('[data-headline]');
    const before = await page.textContent('[data-share]');

    await page.getByRole('link', { name: '自动选址' }).click();
    const form = page.locator('[data-form="siting"]');
    await form.locator('[name="k"]').fill('2');
    await form.getByText('更多条件').click();
    await form.locator('[name="robust"]').uncheck();
    await form.locator('[name="plans"]').fill('2');
    await form.getByRole('button', { name: '开始选址' }).click();
    await page.locator('[data-result]').waitFor({ timeout: 100_000 });
    expect(page.url()).toContain('job=');
    const gap = await page.textContent('[data-result] [data-gap]');
    expect(gap).toMatch(/^\d+\.\d/);
    expect(await page.locator('[data-chosen] tbody tr').count()).toBe(2);
    await expectAccessible(page);
    // After a reload, the page finds the job by its id in the address.
    await page.reload();
    await page.locator('[data-result]').waitFor();
    await page.locator('[data-adopt]').click();
    await page.getByText('已把 2 处点位放入方案').waitFor();

    await page.getByRole('link', { name: '试一处' }).click();
    await page.waitForSelector('[data-more][data-counting="false"]');
    expect(await page.locator('[data-site]').count()).toBe(2);
    await save(page, '温泉片区增设两处');
    const { scenarios } = await api<{ scenarios: Scenario[] }>('/api/plan/scenarios');
    const scenario = scenarios.find(({ name }) => name === '温泉片区增设两处');
    if (!scenario) throw new Error('expected the saved scenario in the list, found none');
    expect(scenario.edits.map(({ op, collection }) => [op, collection])).toEqual([
      ['put', 'pocket_parks'],
      ['put', 'pocket_parks'],
    ]);
    const after = await coverage({ scenario: scenario.id });
    expect(percent(after.share)).not.toBe(before);

    await page.getByRole('link', { name: '交成果' }).click();
    await page.waitForFunction(
      (share) => document.querySelector('[data-share-after]')?.textContent === share,
      percent(after.share),
    );
    const file = async (as: string): Promise<[string, Buffer]> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator(`[data-file="${as}"]`).click(),
      ]);
      return [download.suggestedFilename(), await readFile(await download.path())];
    };
    const [name, csv] = await file('csv');
    expect(name).toMatch(/^规划成果 温泉片区增设两处 \d{4}-\d\d-\d\d\.csv$/);
    expect(csv.toString('utf8').split('\r\n')[0]).toMatch(/^\uFEFF编号,名称,居民人数,/);
    const geojson = JSON.parse((await file('geojson'))[1].toString('utf8')) as {
      features: { properties: { role: string } }[];
      planning: { share_after: number };
    };
    expect(geojson.planning.share_after).toBe(after.share);
    expect(geojson.features.filter(({ properties }) => properties.role === 'site')).toHaveLength(2);
    expect((await file('xlsx'))[1].subarray(0, 2).toString()).toBe('PK');

    await page.locator('[data-report-link]').click();
    await page.locator('[data-report][data-ready="true"]').waitFor();
    const text = (await page.textContent('[data-report]')) ?? '';
    for (const said of [
      '温泉片区增设两处',
      percent(after.share),
      '数值未在出处中核实',
      '编制',
      '审核',
      '批准',
      'POST /api/plan/coverage',
    ])
      expect(text).toContain(said);
    expect(await page.textContent('[data-report-gap]')).toBe(gap);
    expect(await page.locator('[data-figure-map]').count()).toBe(2);
    expect(await page.locator('[data-report-sites] tbody tr').count()).toBe(2);
    // The request printed in the report reproduces the figure.
    const requests = await page.locator('[data-request]').allTextContents();
    const body = JSON.parse(requests.at(-1)?.replace('POST /api/plan/coverage ', '') ?? '{}') as object;
    expect((await api<{ share: number }>('/api/plan/coverage', { method: 'POST', body })).share).toBe(after.share);
    await expectAccessible(page);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('[data-print]').isVisible()).toBe(false);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    // The size of A4 in points.
    expect(pdf.toString('latin1')).toMatch(/\/MediaBox\s*\[\s*0 0 59[45](\.\d+)? 84[12](\.\d+)?\s*\]/);
    expect([errors, outside]).toEqual([[], []]);
    await close();
  });

  test('after a job is cancelled, the form can be opened again', async () => {
    const { page, errors, close } = await planner('/choose');
    const form = page.locator('[data-form="siting"]');
    await form.locator('[name="k"]').fill('20');
    await form.locator('[name="spacing"]').fill('30');
    await form.getByText('更多条件').click();
    await form.locator('[name="plans"]').fill('5');
    await form.locator('[name="time-limit"]').fill('600');
    await form.getByRole('button', { name: '开始选址' }).click();
    await page.locator('[data-cancel]').click();
    await page.locator('[data-job-state="cancelled"]').waitFor();
    const id = (await page.getAttribute('[data-job-id]', 'data-job-id')) ?? '';
    expect(await api<{ state: string }>(`/api/jobs/${id}`)).toMatchObject({ state: 'cancelled' });
    await page.getByRole('button', { name: '重新计算' }).click();
    await form.waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test('a form that the server refuses keeps its input and says why', async () => {
    const { page, close } = await planner('/choose');
    const form = page.locator('[data-form="siting"]');
    await form.locator('[name="source"][value="areas"]').check();
    await form.locator('[name="k"]').fill('7');
    await form.getByRole('button', { name: '开始选址' }).click();
    const refusal = page.locator('[data-refusal]');
    await refusal.waitFor();
    expect((await refusal.textContent())?.length).toBeGreaterThan(10);
    expect(await form.locator('[name="k"]').inputValue()).toBe('7');
    await close();
  });

  test('a problem without a plan lists the conflicting conditions', async () => {
    const { page, errors, close } = await planner('/try');
    await drop(page, 520, 520);
    await page.getByRole('link', { name: '自动选址' }).click();
    const form = page.locator('[data-form="siting"]');
    // One tried site cannot cover everybody.
    await form.getByText('设施处数最少').click();
    await form.locator('[name="source"][value="sites"]').check();
    await form.getByRole('button', { name: '开始选址' }).click();
    await page.locator('[data-infeasible]').waitFor({ timeout: 60_000 });
    expect(await page.locator('[data-conflict]').count()).toBeGreaterThan(0);
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await close();
  });

  test('two planners save one scenario: the second one sees the conflict and saves a copy', async () => {
    const scenario = await made('两人同改', [
      { collection: 'entrances', id: (await aGate()).id, op: 'patch', properties: { foot: 'no' } },
    ]);
    const [first, second] = await Promise.all([
      planner(`/try?scenario=${scenario.id}`),
      planner(`/try?scenario=${scenario.id}`, li),
    ]);
    await drop(first.page, 500, 500);
    await first.page.locator('[data-save]').click();
    await first.page.getByText('已保存“两人同改”').waitFor();
    await drop(second.page, 400, 400);
    await second.page.locator('[data-save]').click();
    const conflict = second.page.locator('[data-conflict]');
    await conflict.waitFor();
    expect(await conflict.textContent()).toContain('zhang');
    await expectAccessible(second.page);
    // The change of the second planner becomes a new scenario.
    await conflict.locator('[data-choice="copy"]').click();
    await second.page.locator('[data-form="scenario"] button[type="submit"]').click();
    await second.page.getByText('已保存“两人同改（副本）”').waitFor();
    const { scenarios } = await api<{ scenarios: Scenario[] }>('/api/plan/scenarios');
    const named = (name: string): Scenario | undefined => scenarios.find((known) => known.name === name);
    expect([named('两人同改')?.saved_by, named('两人同改（副本）')?.saved_by]).toEqual(['zhang', 'li']);
    expect(named('两人同改')?.edits).toHaveLength(2);
    await first.close();
    await second.close();
  });

  test('a scenario on changed data shows a notice and is saved on the new data', async () => {
    const gate = await aGate();
    const scenario = await made('数据有更新', [
      { collection: 'entrances', id: gate.id, op: 'patch', properties: { foot: 'no', ebike: 'no' } },
    ]);
    const response = await fetch(`${server.url}/api/collections/entrances/items/${gate.id}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ properties: { name: '改了名的大门' } }),
    });
    expect(response.ok, await response.text()).toBe(true);
    const { page, close } = await planner(`/ways?scenario=${scenario.id}`);
    const notice = page.locator('[data-moved-on]').first();
    await notice.waitFor();
    await page.locator('section[data-moved-on]').getByText('改了名的大门').waitFor();
    expect(await page.locator('section[data-moved-on] li').count()).toBe(1);
    await expectAccessible(page);
    await page.locator('[data-keep]').click();
    await page.locator('section[data-moved-on]').waitFor({ state: 'detached' });
    const now = await api<Scenario>(`/api/plan/scenarios/${scenario.id}`);
    expect(now.moved_on).toBeNull();
    expect(now.seq).toBeGreaterThan(scenario.seq);
    await close();
  });

  test('of many changed features 20 are listed, with the number of the others', async () => {
    const { features } = await api<{ features: { id: string }[] }>('/api/collections/entrances/items?limit=22');
    const scenario = await made(
      '很多门',
      features.map(({ id }) => ({ collection: 'entrances', id, op: 'patch', properties: { foot: 'no' } })),
    );
    for (const { id } of features) {
      const response = await fetch(`${server.url}/api/collections/entrances/items/${id}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify({ properties: { name: '同名的门' } }),
      });
      expect(response.ok, await response.text()).toBe(true);
    }
    const { page, close } = await planner(`/ways?scenario=${scenario.id}`);
    await page.locator('section[data-moved-on]').getByText('另有 2 条未显示').waitFor();
    // The names arrive after the list.
    const named = page.locator('section[data-moved-on] li', { hasText: '同名的门' });
    await named.nth(19).waitFor();
    expect(await named.count()).toBe(20);
    await close();
  });

  test('a gate is closed in a scenario, and the change in coverage is counted', async () => {
    const { page, errors, close } = await planner('/ways');
    await mapReady(page);
    const gate = await aGate();
    // A gate can be opened from the list of changes, without the map.
    const scenario = await made('关一处门', [
      { collection: 'entrances', id: gate.id, op: 'patch', properties: { ebike: 'no' } },
    ]);
    await close();
    const opened = await planner(`/ways?scenario=${scenario.id}`);
    await opened.page.locator(`[data-edit="${gate.id}"] button`).first().click();
    await opened.page.locator(`[data-picked-id="${gate.id}"]`).waitFor();
    await opened.page.locator('[data-act="close"]').click();
    await opened.page.locator(`[data-edit="${gate.id}"]`, { hasText: '步行禁止' }).waitFor();
    await opened.page.waitForSelector('[data-more][data-counting="false"]');
    const closed = await coverage({
      edits: [{ collection: 'entrances', id: gate.id, op: 'patch', properties: { foot: 'no', ebike: 'no' } }],
    });
    await opened.page.waitForFunction(
      (share) => document.querySelector('[data-share-after]')?.textContent === share,
      percent(closed.share),
    );
    await opened.page.keyboard.press('Control+z');
    await opened.page.locator(`[data-edit="${gate.id}"]`, { hasText: '步行禁止' }).waitFor({ state: 'detached' });
    await expectAccessible(opened.page);
    expect([errors, opened.errors]).toEqual([[], []]);
    await opened.close();
  });

  test('scenarios are compared with today', async () => {
    const park = (id: string, lon: number, lat: number): object => ({
      collection: 'pocket_parks',
      id,
      op: 'put',
      feature: {
        type: 'Feature',
        id,
        geometry: {
          type: 'Polygon',
          coordinates: [
            [
              [lon, lat],
              [lon + 0.0004, lat],
              [lon + 0.0004, lat + 0.0003],
              [lon, lat + 0.0003],
              [lon, lat],
            ],
          ],
        },
        properties: { name: '试点', area_m2: 1100 },
      },
    });
    const [one, two] = await Promise.all([
      made('东边一处', [park('plan-east', 117.1395, 39.2195)]),
      made('西边一处', [park('plan-west', 117.1205, 39.2155)]),
    ]);
    const { page, errors, close } = await planner(`/compare?compare=${one.id},${two.id}`);
    for (const { id } of [one, two]) {
      const { share } = await coverage({ scenario: id });
      await page.locator('[data-compare]', { hasText: percent(share) }).waitFor();
    }
    expect(await page.locator('[data-compare] [data-figure-map]').count()).toBe(3);
    expect(await page.locator('[data-who] tbody tr').count()).toBeGreaterThan(0);
    await page.locator(`[data-column="${two.id}"] input`).check();
    await page.locator(`[data-pick] input[value="${one.id}"]`).uncheck();
    await page.locator(`[data-column="${one.id}"]`).waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('compare')).toBe(two.id);
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await close();
  });
});
