// The desk: a case from report to dispatch by keyboard, two officers on one case, bulk dispatch, export and
// import of the ledger.
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, launch, mapReady, visit, type Visit } from './browser.ts';
import { startServer, type Server } from './server.ts';

interface Case {
  id: string;
  properties: Record<string, unknown>;
}

const SIZE = { width: 1440, height: 900, reducedMotion: true };

describe.skipIf(!process.env['ONEMAP_BIN'])('the desk', () => {
  let browser: Browser;
  let server: Server;
  let li: string;
  let wang: string;

  const token = (...options: string[]): Promise<string> => server.createToken(...options);
  const api = async <T>(path: string, body?: unknown): Promise<T> => {
    const response = await fetch(server.url + path, {
      headers: { authorization: `Bearer ${li}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    expect(response.ok, `${path} ${response.status} ${response.ok ? '' : await response.clone().text()}`).toBe(true);
    return (await response.json()) as T;
  };
  const report = (note: string, building = 'wenquan-huayuan-3', category = 'corridor_clutter'): Promise<Case> =>
    api('/api/warnings', { category, building, note, source: 'grid_worker' });

  /** Opens the desk, whose list and forms work without the map. */
  async function desk(who: string, { query = '', map = false } = {}): Promise<Visit> {
    const opened = await visit(browser, `${server.url}/desk${query}`, { ...SIZE, token: who, map });
    await opened.page.waitForSelector('[data-desk="ready"]');
    return opened;
  }

  /** Finds a case by the text of its note and selects it, by keyboard only. */
  async function find(page: Page, note: string, id: string): Promise<void> {
    await page.keyboard.press('6');
    await page.keyboard.press('/');
    await page.keyboard.type(note);
    await page.waitForSelector(`[data-case="${id}"]`);
    expect(await page.locator(`[data-case="${id}"] [data-number]`).textContent()).toMatch(/^\d{8}-\d{4}/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('j');
    await page.waitForSelector(`[data-case-shown="${id}"] [data-action]`);
  }

  const status = (page: Page, is: string) => page.waitForSelector(`[data-status="${is}"]`);

  beforeAll(async () => {
    browser = await launch();
    server = await startServer('--demo');
    li = await token('--role', 'officer', '--name', 'li');
    wang = await token('--role', 'officer', '--name', 'wang');
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test('without an account the page asks to sign in, in place', async () => {
    const { page, close } = await visit(browser, `${server.url}/desk`, SIZE);
    await page.getByText('请先登录').waitFor();
    await expectAccessible(page);
    await page.getByLabel('访问令牌').fill(li);
    await page.getByRole('button', { name: '登录' }).click();
    await page.waitForSelector('[data-desk="ready"]');
    expect(new URL(page.url()).pathname).toBe('/desk');
    await close();
  });

  test('a case can be reported, filed and dispatched by keyboard', async () => {
    const { page, errors, outside, close } = await desk(li, { map: true });
    await mapReady(page);
    await page.keyboard.press('n');
    await page.keyboard.press('2');
    // Over a slow network, Enter waits for the answer to the text that stands there, and never picks an earlier hit.
    await page.route('**/api/search?*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      await route.continue().catch(() => {});
    });
    await page.keyboard.type('wqhy3-1-101');
    await page.locator('.place-search__hit', { hasText: '温泉花园3号楼1单元' }).first().waitFor();
    for (let i = 0; i < 6; i++) await page.keyboard.press('Backspace');
    const input = page.locator('.place-search input');
    await input.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true });
    await page.keyboard.type('-2');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-place]');
    await page.locator('[data-place]', { hasText: '温泉花园3号楼2单元' }).waitFor();
    await page.waitForSelector('[data-around]');
    await page.keyboard.type('楼道里堆着旧沙发');
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector('[data-status="reported"]');

    await page.waitForSelector('[data-action="file"]');
    await page.keyboard.press('f');
    await status(page, 'filed');
    await page.waitForSelector('[data-action="dispatch"].button--main');
    await page.keyboard.press('d');
    await page.waitForSelector('[data-form="dispatch"] input:checked');
    await page.locator('[data-form="dispatch"] .unit--on', { hasText: '楼道堆物：由小区物业负责' }).waitFor();
    await page.keyboard.press('Control+Enter');
    await status(page, 'dispatched');

    const id = (await page.getAttribute('[data-case-shown]', 'data-case-shown')) ?? '';
    const made = await api<Case>(`/api/warnings/${id}`);
    expect(made.properties).toMatchObject({
      category: 'corridor_clutter',
      building: 'wenquan-huayuan-3',
      building_unit: '2',
      place: '温泉花园3号楼2单元',
      status: 'dispatched',
    });
    const unit = await api<{ properties: { competences: string[] } }>(
      `/api/collections/units/items/${String(made.properties['unit'])}`,
    );
    expect(unit.properties.competences).toContain('corridor_clutter');
    expect([errors, outside]).toEqual([[], []]);
    await close();
  });

  test('similar cases are shown while a report is written, and it can be merged', async () => {
    const first = await report('三楼转角堆放纸箱', 'wenquan-huayuan-5');
    const { page, close } = await desk(li);
    await page.keyboard.press('n');
    await page.keyboard.press('2');
    await page.keyboard.type('wqhy5');
    await page.keyboard.press('Enter');
    const same = page.locator('[data-duplicates]');
    await same.getByRole('button', { name: /并入/ }).first().waitFor();
    await expectAccessible(page);
    await same.getByRole('button', { name: /并入/ }).first().click();
    await status(page, 'merged');
    expect((await api<Case>(`/api/warnings/${first.id}`)).properties).toMatchObject({ reports: 2 });
    await close();
  });

  test('a second officer sees the first one’s step live, and a conflict keeps the input', async () => {
    const { id } = await report('两位值班员同时看到');
    const [a, b] = await Promise.all([desk(li), desk(wang)]);
    await Promise.all([find(a.page, '两位值班员同时看到', id), find(b.page, '两位值班员同时看到', id)]);
    await b.page.keyboard.press('x');
    await b.page.locator('[data-form="reject"] textarea').fill('不属于本街道');
    await a.page.keyboard.press('f');
    await status(a.page, 'filed');
    await status(b.page, 'filed');
    const conflict = b.page.locator('[data-conflict]');
    await conflict.waitFor();
    expect(await conflict.textContent()).toMatch(/li.*立案/);
    expect(await b.page.locator('[data-form="reject"] textarea').inputValue()).toBe('不属于本街道');
    await expectAccessible(b.page);
    await Promise.all([a.close(), b.close()]);
  });

  test('a step on an outdated case is refused and the newer state is shown', async () => {
    const { id } = await report('断线时的冲突');
    const blind = await visit(browser, `${server.url}/sign-in`, { ...SIZE, token: wang });
    await blind.page.route('**/api/events*', (route) => route.abort());
    await blind.page.goto(`${server.url}/desk`);
    await blind.page.waitForSelector('[data-desk="ready"]');
    await find(blind.page, '断线时的冲突', id);
    await api(`/api/warnings/${id}/actions`, { action: 'reject', reason: '重复' });
    await blind.page.keyboard.press('f');
    await blind.page.locator('[data-conflict]').waitFor();
    await status(blind.page, 'rejected');
    expect((await api<Case>(`/api/warnings/${id}`)).properties['status']).toBe('rejected');
    await blind.close();
  });

  test('rejecting a case by mistake can be undone', async () => {
    const { id } = await report('误操作');
    const { page, close } = await desk(li);
    await find(page, '误操作', id);
    await page.keyboard.press('x');
    await page.locator('[data-form="reject"] textarea').fill('手滑');
    await page.keyboard.press('Control+Enter');
    await status(page, 'rejected');
    await page.getByRole('button', { name: /撤回/ }).waitFor();
    await page.keyboard.press('z');
    await page.waitForSelector('[data-form="reopen"]');
    await page.keyboard.press('Control+Enter');
    await status(page, 'filed');
    expect((await api<Case>(`/api/warnings/${id}`)).properties['status']).toBe('filed');
    await close();
  });

  test('ticked cases are dispatched together, each to the responsible unit or with a reason to another', async () => {
    const cases = [
      await report('批量派遣甲'),
      await report('批量派遣乙', 'wenquan-huayuan-6', 'flying_wire_charging'),
      await report('批量派遣丙', 'wenquan-huayuan-7', 'damaged_facility'),
    ];
    const { page, close } = await desk(li);
    await page.keyboard.press('6');
    await page.keyboard.press('/');
    await page.keyboard.type('批量派遣');
    await page.keyboard.press('Enter');
    await page.locator('[data-case]').nth(2).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Shift+A');
    await page.keyboard.press('Shift+B');
    await page.locator('[data-bulk] select').nth(2).waitFor();
    // The estate's property company is responsible for all three. Another unit needs a reason.
    await page.locator('[data-bulk] .bulk__one', { hasText: '楼道堆物：由小区物业负责' }).first().waitFor();
    const line = page.locator('[data-line]', { hasText: '温泉花园3号楼' });
    await line.locator('select').selectOption({ label: '果园消防救援站' });
    await line.locator('[data-why]').waitFor();
    await page.getByRole('button', { name: '派遣 2 件' }).waitFor();
    await line.locator('[data-why]').fill('占用消防通道，由消防处置');
    await page.getByRole('button', { name: '派遣 3 件' }).waitFor();
    await expectAccessible(page);
    if (process.env['ONEMAP_SHOTS']) await page.screenshot({ path: `${process.env['ONEMAP_SHOTS']}/desk-bulk.png` });
    await page.keyboard.press('Control+Enter');
    await page.locator('[data-line="done"]').nth(2).waitFor();
    const past = await api<{ steps: { reason?: string }[] }>(`/api/warnings/${cases[0]?.id ?? ''}/history`);
    expect(past.steps.at(-1)?.reason).toBe('占用消防通道，由消防处置');
    for (const { id, properties } of cases) {
      const now = await api<Case>(`/api/warnings/${id}`);
      expect(now.properties['status']).toBe('dispatched');
      const unit = await api<{ properties: { competences: string[]; compounds?: string[] } }>(
        `/api/collections/units/items/${String(now.properties['unit'])}`,
      );
      expect(unit.properties.competences).toContain(properties['category']);
      expect(unit.properties.compounds).toEqual(id === cases[0]?.id ? undefined : ['wenquan-huayuan']);
    }
    await close();
  });

  test('a sheet is previewed before it is imported', async () => {
    const { page, close } = await desk(li);
    await page.keyboard.press('Shift+I');
    const give = (name: string, text: string) =>
      page
        .locator('[data-import] input[type="file"]')
        .setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
    const header = '编号,类别,状态,楼栋,上报时间,说明\n';
    await give('错.csv', `${header}old-1,天外来客,已上报,wenquan-huayuan-3,2026-10-01 09:00,甲\n`);
    await page.locator('[data-problems] tbody tr', { hasText: '应为' }).first().waitFor();
    expect(await page.getByRole('button', { name: /导入 \d+ 件/ }).count()).toBe(0);
    expect(await page.locator('[data-problems]').textContent()).toContain('天外来客');
    expect(await page.textContent('[data-plan]')).not.toContain('新建');
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator('[data-error-file]').click()]);
    expect(file.suggestedFilename()).toBe('错-问题清单.csv');
    const template = await page.getAttribute('[data-template]', 'href');
    expect((await fetch(`${server.url}${template}`)).status).toBe(200);
    await expectAccessible(page);
    await give(
      '台账.csv',
      `${header}old-1,楼道堆物,已上报,wenquan-huayuan-3,2026-10-01 09:00,甲\nold-2,飞线充电,已上报,wenquan-huayuan-6,2026-10-02 10:30,乙\n`,
    );
    await page.locator('[data-preview] tbody tr').nth(1).waitFor();
    expect((await fetch(`${server.url}/api/warnings/old-1`)).status).toBe(404);
    await page.getByRole('button', { name: '导入 2 件' }).click();
    await page.locator('[data-imported]').waitFor();
    expect((await api<Case>('/api/warnings/old-1')).properties['category']).toBe('corridor_clutter');
    await close();
  });

  test('rows far from the map are shown before the import, in both languages', async () => {
    const sheet =
      '编号,类别,上报时间,经度,纬度\nfar-1,楼道堆物,2026-10-01 09:00,100.5,30.5\nfar-2,楼道堆物,2026-10-01 09:10,0,0\n';
    for (const [query, said, where] of [
      ['?lang=zh', '有 2 行的位置远离地图', '请核对位置和坐标系'],
      ['?lang=en', '2 rows lie far from everything on the map', 'check its position'],
    ] as const) {
      const { page, close } = await desk(li, { query });
      await page.keyboard.press('Shift+I');
      await page
        .locator('[data-import] input[type="file"]')
        .setInputFiles({ name: '台账.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) });
      await page.getByText(said).waitFor();
      const rows = page.locator('[data-far] tbody tr');
      expect(await rows.count()).toBe(2);
      const first = (await rows.first().textContent()) ?? '';
      for (const part of ['far-1', '100.50000, 30.50000', where]) expect(first).toContain(part);
      await expectAccessible(page);
      await close();
    }
    expect((await fetch(`${server.url}/api/warnings/far-1`)).status).toBe(404);
  });

  test('sheets of a workbook that are not read are listed with the reason, in both languages', async () => {
    const row = (...cells: string[]): string =>
      `<Row>${cells.map((c) => `<Cell><Data ss:Type="String">${c}</Data></Cell>`).join('')}</Row>`;
    const sheet = (name: string, ...rows: string[]): string =>
      `<Worksheet ss:Name="${name}"><Table>${rows.join('')}</Table></Worksheet>`;
    const schema = 'urn:schemas-microsoft-com:office:spreadsheet';
    const book = `<?xml version="1.0"?><Workbook xmlns="${schema}" xmlns:ss="${schema}">${[
      sheet(
        '台账',
        row('编号', '类别', '楼栋', '上报时间'),
        row('s-1', '楼道堆物', 'wenquan-huayuan-3', '2026-10-01 09:00'),
      ),
      sheet('填表说明', row('请勿修改表头')),
      sheet('空'),
    ].join('')}</Workbook>`;
    for (const [query, said, why] of [
      ['?lang=zh', '有 2 张工作表未读取', /“填表说明”（1 行）：\S+/],
      ['?lang=en', '2 sheets were not read', /“填表说明” \(1 row\): \S+/],
    ] as const) {
      const { page, close } = await desk(li, { query });
      await page.keyboard.press('Shift+I');
      await page
        .locator('[data-import] input[type="file"]')
        .setInputFiles({ name: '台账.xls', mimeType: 'application/vnd.ms-excel', buffer: Buffer.from(book) });
      await page.locator('[data-preview] tbody tr').first().waitFor();
      const skipped = page.locator('[data-skipped]');
      expect(await skipped.textContent()).toContain(said);
      expect(await skipped.locator('li').allTextContents()).toEqual([
        expect.stringMatching(why),
        expect.stringContaining('空'),
      ]);
      await expectAccessible(page);
      await close();
    }
  });

  test('the queues are tabs that work with arrow keys, Home and End', async () => {
    const { page, close } = await desk(li);
    const tab = (name: string) => page.locator(`[data-queue="${name}"][aria-selected="true"]`);
    await page.keyboard.press('2');
    await tab('new').waitFor();
    await tab('new').focus();
    await page.keyboard.press('ArrowRight');
    await tab('overdue').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-queue'))).toBe('overdue');
    await page.keyboard.press('End');
    await tab('held').waitFor();
    await page.keyboard.press('Home');
    await tab('mine').waitFor();
    // The tabs are a single tab stop: Tab moves into their panel.
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('[role="tabpanel"]') !== null)).toBe(true);
    const panel = page.locator('[role="tabpanel"]');
    expect(await panel.getAttribute('aria-labelledby')).toBe(await tab('mine').getAttribute('id'));
    await expectAccessible(page);
    await close();
  });

  test('a silence for the selected case can be begun, is seen by others, and can be ended', async () => {
    const { id, properties } = await report('暂停通知的一件', 'wenquan-huayuan-8');
    const { page, close } = await desk(li);
    await find(page, '暂停通知的一件', id);
    await page.keyboard.press('Shift+S');
    await page.getByText('当前没有暂停').waitFor();
    await page.keyboard.press('Control+Enter');
    const reason = page.locator('[data-silences] [data-field="reason"]');
    await reason.fill('集中整治，每天有人在场');
    await reason.press('Control+Enter');
    await page.locator('[data-silence="active"]', { hasText: '集中整治' }).waitFor();
    await expectAccessible(page);
    await close();

    const { silences } = await api<{ silences: { match: object; reason: string; account: string }[] }>('/api/silences');
    expect(silences).toMatchObject([
      {
        match: { grid: properties['grid'], category: 'corridor_clutter' },
        reason: '集中整治，每天有人在场',
        account: 'li',
      },
    ]);

    const other = await desk(wang);
    await other.page.keyboard.press('Shift+S');
    const row = other.page.locator('[data-silence="active"]', { hasText: 'li' });
    await row.getByRole('button', { name: /提前结束/ }).click();
    await row.getByRole('button', { name: '确定结束' }).click();
    await row.waitFor({ state: 'detached' });
    expect(await api('/api/silences')).toEqual({ silences: [] });
    await other.close();
  });

  test('the exported file has the same list as the desk', async () => {
    const made = await report('导出用的一件');
    const { page, close } = await desk(li);
    await find(page, '导出用的一件', made.id);
    const save = async (f: string): Promise<[string, Buffer]> => {
      await page.keyboard.press('Shift+E');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: `导出 ${f}` }).click(),
      ]);
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      return [download.suggestedFilename(), await readFile(await download.path())];
    };
    const [name, csv] = await save('CSV');
    expect(name).toMatch(/^全部未结 \d{4}-\d\d-\d\d\.csv$/);
    const lines = csv.toString('utf8').trim().split(/\r?\n/);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain(made.id);
    const [, xlsx] = await save('XLSX');
    expect(xlsx.subarray(0, 2).toString()).toBe('PK');
    await close();
  });

  test('a case can be printed', async () => {
    const made = await report('打印用的一件');
    const { page, errors, close } = await visit(browser, `${server.url}/desk?print=${made.id}`, { ...SIZE, token: li });
    // Printing waits for the picture of the map.
    await page.locator('[data-print][data-ready="true"] [data-map-picture="ready"] img').waitFor({ timeout: 60_000 });
    expect(await page.textContent('[data-print]')).toMatch(
      /网格事件处置单[\s\S]*\d{8}-\d{4}[\s\S]*打印用的一件[\s\S]*位置图[\s\S]*办理经过[\s\S]*上报[\s\S]*承办人[\s\S]*核查人[\s\S]*负责人/,
    );
    // The picture is drawn: its pixels differ.
    const colours = await page.locator('[data-map-picture] img').evaluate((img) => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [40, 20];
      const ink = canvas.getContext('2d');
      ink?.drawImage(img as HTMLImageElement, 0, 0, 40, 20);
      return new Set(new Uint32Array(ink?.getImageData(0, 0, 40, 20).data.buffer ?? new ArrayBuffer(0))).size;
    });
    expect(colours).toBeGreaterThan(8);
    expect((await page.pdf({ preferCSSPageSize: true })).toString('latin1')).toMatch(
      /\/MediaBox \[0 0 59[45][.\d]* 84[12]/,
    );
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await close();
  });

  test('each open dialog has an address that opens it, and back closes it', async () => {
    const made = await report('有地址的一件');
    const { page, errors, close } = await visit(browser, `${server.url}/desk/cases/${made.id}?open=silences`, {
      ...SIZE,
      token: li,
    });
    await page.waitForSelector('[data-desk="ready"]');
    await page.locator(`[data-case-shown="${made.id}"]`).waitFor();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(`/desk?case=${made.id}`);
    await page.keyboard.press('n');
    await page.waitForURL(/open=report/);
    await page.goBack();
    await page.locator(`[data-case-shown="${made.id}"]`).waitFor();
    await page.goto(`${server.url}/desk/cases/w-nowhere`);
    await page.getByText('没有编号为 w-nowhere 的事件').waitFor();
    expect(errors.filter((e) => !e.includes('404'))).toEqual([]);
    await close();
  });

  test('the grids that were walked are listed with who walked them, and those that were not', async () => {
    const worker = await server.createToken('--role', 'grid_worker', '--name', '巡查员');
    const { features } = await api<{ features: { id: string }[] }>('/api/collections/grids/items?kind=grid&limit=1');
    const grid = features[0]?.id ?? '';
    const walked = await fetch(`${server.url}/api/patrols`, {
      method: 'POST',
      headers: { authorization: `Bearer ${worker}`, 'content-type': 'application/json' },
      body: JSON.stringify({ grid }),
    });
    expect(walked.status).toBe(200);
    const { page, errors, close } = await desk(li);
    await page.keyboard.press('Shift+W');
    await page.waitForURL(/open=rounds/);
    const row = page.locator(`[data-rounds] [data-grid="${grid}"]`);
    await row.filter({ hasText: /巡查员 \d+ 时/ }).waitFor();
    await expectAccessible(page);
    await page.locator('[data-shown="missed"]').click();
    await row.waitFor({ state: 'detached' });
    expect(await page.locator('[data-rounds] [data-walked="false"]').count()).toBeGreaterThan(10);
    await page.locator('[data-shown="walked"]').click();
    expect(await page.locator('[data-rounds] tbody tr').count()).toBe(1);
    await page.locator('[data-rounds-day]').fill('2026-01-01');
    await page.getByText('还没有网格巡查记录').waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test('the statistics of a month are shown as charts and a table', async () => {
    const { page, close } = await desk(li);
    // The demo reports new cases meanwhile, so each page is compared with the answer that it got.
    const figures = async () => {
      const response = await page.context().waitForEvent('response', (r) => r.url().includes('/api/warnings/figures?'));
      return (await response.json()) as {
        by: { unit: unknown[] };
        rounds: { rounds: number }[];
        total: { reported: number };
      };
    };
    const answered = figures();
    await page.keyboard.press('Shift+M');
    await page.locator('[data-figures] svg').first().waitFor();
    await page.getByRole('button', { name: '按单位' }).click();
    const { by, total } = await answered;
    // One row is the total; the cases without a unit are a row of their own.
    const table = page.locator('[data-figures] tbody');
    expect(await table.locator('tr').count()).toBe(by.unit.length + 1);
    expect((await table.locator('th').allTextContents()).filter((name) => name === '合计')).toHaveLength(1);
    expect(await table.locator('th', { hasText: '未派遣的事件' }).count()).toBe(1);
    expect(await table.locator('[data-total] td').first().textContent()).toBe(String(total.reported));
    expect(total.reported).toBeGreaterThan(0);
    await expectAccessible(page);
    // The sheet to hand in has the same total, the month before, the data version and lines for signatures.
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: '下载月报' }).click();
    expect((await readFile(await (await saving).path())).subarray(0, 2).toString()).toBe('PK');
    const opening = page.context().waitForEvent('page');
    const printed = figures();
    await page.getByRole('button', { name: '打印月报' }).click();
    const paper = await opening;
    await paper.locator('[data-month-sheet][data-ready="true"] [data-sign]').waitFor();
    expect(await paper.textContent('article')).toMatch(
      /果园新村街道网格事件月报[\s\S]*统计期间[\s\S]*数据版本第 \d+ 次提交[\s\S]*上月（\d{4}-\d\d）[\s\S]*制表[\s\S]*审核[\s\S]*签发/,
    );
    expect(await paper.locator('[data-ranking="unit"] [data-total] th').textContent()).toBe('合计');
    expect(await paper.locator('[data-overview] tbody td').first().textContent()).toBe(
      String((await printed).total.reported),
    );
    const rounds = (await printed).rounds.reduce((sum, row) => sum + row.rounds, 0);
    const cells = paper.locator('[data-ranking="rounds"] tbody tr:last-child > *');
    expect([await cells.nth(0).textContent(), await cells.nth(4).textContent()]).toEqual(['合计', String(rounds)]);
    await expectAccessible(paper);
    await close();
  });

  describe.each([
    ['zh', 'light'],
    ['en', 'dark'],
  ])('in %s and %s', (lang, theme) => {
    test('the desk is complete and accessible, and each action shows its key', async () => {
      const { id } = await report(`看全貌用的一件 ${lang} https://example.invalid/${'very-long-'.repeat(12)}`);
      const { page, errors, outside, close } = await desk(li, { query: `?lang=${lang}&theme=${theme}`, map: true });
      await mapReady(page);
      await find(page, `看全貌用的一件 ${lang}`, id);
      await page.waitForSelector('.history__step');
      // A long word in the note must not make the column of the case scroll sideways.
      expect(await page.locator('.desk__side').evaluate((side) => side.scrollWidth - side.clientWidth)).toBe(0);
      expect(
        await page
          .locator('[data-action]')
          .evaluateAll((bs) => bs.every((b) => b.querySelector('kbd') && b.getAttribute('aria-keyshortcuts'))),
      ).toBe(true);
      expect(await page.locator('.case:focus-within').count()).toBe(1);
      expect(
        await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]),
      ).toEqual([1440, 900]);
      await expectAccessible(page);
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await expectAccessible(page);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect([errors, outside]).toEqual([[], []]);
      await close();
    });
  });

  test('an empty queue and a loading desk show a text', async () => {
    const { page, close } = await desk(li, { map: true });
    await page.keyboard.press('/');
    await page.keyboard.type('没有这样的事件');
    await page.getByText('没有符合筛选条件的事件').waitFor();
    await expectAccessible(page);
    await page.route('**/api/**', (route) => route.abort());
    await page.reload();
    await page.getByText('台账载入失败').waitFor();
    await expectAccessible(page);
    await page.unroute('**/api/**');
    await page.waitForSelector('[data-desk="ready"]', { timeout: 20_000 });
    await mapReady(page);
    expect(await page.locator('[data-case]').count()).toBeGreaterThan(0);
    await close();
  });
});
