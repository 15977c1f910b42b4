// Work at the desk that must not be lost or done twice: drafts, the session, addresses, double clicks, bulk steps,
// many tabs, small windows.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cheapContext, expectAccessible, launch, visit, type Visit } from './browser.ts';
import { startServer, type Server } from './server.ts';

interface Case {
  id: string;
  properties: Record<string, unknown>;
}

const SIZE = { width: 1440, height: 900, reducedMotion: true };

describe.skipIf(!process.env['ONEMAP_BIN'])('work at the desk', () => {
  let browser: Browser;
  let server: Server;
  let li: string;

  const api = async <T>(path: string, body?: unknown): Promise<T> => {
    const response = await fetch(server.url + path, {
      headers: { authorization: `Bearer ${li}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    expect(response.ok, `${path} ${response.status} ${response.ok ? '' : await response.clone().text()}`).toBe(true);
    return (await response.json()) as T;
  };
  const report = (note: string, building = 'wenquan-huayuan-3'): Promise<Case> =>
    api('/api/warnings', { category: 'corridor_clutter', building, note, source: 'grid_worker' });
  const act = (id: string, body: object): Promise<Case> => api(`/api/warnings/${id}/actions`, body);
  const steps = async (id: string): Promise<string[]> =>
    (await api<{ steps: { action: string }[] }>(`/api/warnings/${id}/history`)).steps.map((s) => s.action);

  const ready = (page: Page) => page.waitForSelector('[data-desk="ready"]');
  const shown = (page: Page, id: string) => page.waitForSelector(`[data-case-shown="${id}"] [data-action]`);
  async function desk(id: string, size = SIZE): Promise<Visit> {
    const opened = await visit(browser, `${server.url}/desk?case=${id}`, { ...size, token: li, map: false });
    await ready(opened.page);
    await shown(opened.page, id);
    return opened;
  }

  beforeAll(async () => {
    browser = await launch();
    server = await startServer('--demo');
    li = await server.createToken('--role', 'officer', '--name', 'li');
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test('what was typed survives Escape, another row, a reload and an expired session', async () => {
    const [one, other] = [await report('草稿甲', 'wenquan-huayuan-5'), await report('草稿乙', 'wenquan-huayuan-6')];
    const { page, close } = await desk(one.id);
    const reason = page.locator('[data-form="reject"] textarea');
    await page.keyboard.press('x');
    await reason.fill('不属于本街道');
    await page.keyboard.press('Escape');
    await page.locator('[data-action="reject"]', { hasText: '草稿' }).waitFor();
    // The intake form, too: it is left by a click on a row.
    await page.keyboard.press('n');
    await page.keyboard.press('2');
    await page.locator('[data-report] textarea').fill('来电人说楼道里堆着纸箱');
    await page.keyboard.press('Escape');
    await page.locator('[data-drafted]').waitFor();
    await page.keyboard.press('6');
    await page.locator(`[data-case="${other.id}"]`).click();
    await shown(page, other.id);
    await page.reload();
    await ready(page);
    await page.keyboard.press('n');
    expect(await page.locator('[data-report] textarea').inputValue()).toBe('来电人说楼道里堆着纸箱');
    expect(await page.locator('.category--on').textContent()).toContain('楼道堆物');
    await page.goto(`${server.url}/desk?case=${one.id}`);
    await shown(page, one.id);
    await page.keyboard.press('x');
    expect(await reason.inputValue()).toBe('不属于本街道');

    // The session ends while the form is open. Signing in happens over it.
    await page.context().clearCookies();
    await page.keyboard.press('Control+Enter');
    const door = page.locator('[data-sign-in]');
    await door.waitFor();
    await expectAccessible(page);
    expect(await reason.inputValue()).toBe('不属于本街道');
    await page.getByLabel('访问令牌').fill(li);
    await page.keyboard.press('Enter');
    await door.waitFor({ state: 'detached' });
    await page.waitForSelector('[data-action], [data-form="reject"]');
    expect(await reason.inputValue()).toBe('不属于本街道');
    await reason.press('Control+Enter');
    await page.waitForSelector('[data-status="rejected"]');
    expect((await steps(one.id)).filter((s) => s === 'reject')).toHaveLength(1);
    // The sent form is no draft any more.
    await page.reload();
    await ready(page);
    expect(await page.locator(`[data-case="${one.id}"]`, { hasText: '草稿' }).count()).toBe(0);

    // With a reload, the page says that the session has expired, and leads back to the same case.
    await page.context().clearCookies();
    await page.reload();
    await page.locator('[data-door="expired"]', { hasText: '登录已过期' }).waitFor();
    await expectAccessible(page);
    await page.getByLabel('访问令牌').fill(li);
    await page.keyboard.press('Enter');
    await page.waitForSelector(`[data-case-shown="${one.id}"]`);
    await close();
  });

  test('a call is taken by its number: earlier cases and their place are at hand', async () => {
    const earlier = await api<Case>('/api/warnings', {
      category: 'corridor_clutter',
      building: 'wenquan-huayuan-7',
      building_unit: '1',
      contact: '022-26390000',
      source: 'hotline',
    });
    const { page, errors, close } = await desk(earlier.id);
    await page.keyboard.press('n');
    await page.keyboard.press('t');
    const number = page.locator('[data-caller] input');
    // Until the number is complete, nothing is asked. A number that stays incomplete is named.
    await number.pressSequentially('26390000');
    await number.press('Tab');
    await page.getByText('来电号码不完整').waitFor();
    await number.fill('(022) 2639 0000');
    await page.locator(`[data-earlier="${earlier.id}"]`, { hasText: '温泉花园7号楼1单元' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: '同一地点：温泉花园7号楼1单元' }).click();
    await page.locator('[data-place]', { hasText: '温泉花园7号楼1单元' }).waitFor();
    await page.locator('.category', { hasText: '飞线充电' }).click();
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector('[data-report]', { state: 'detached' });
    const cases = await api<{ features: Case[] }>('/api/warnings/caller', { contact: '022-26390000' });
    expect(cases.features.map((c) => [c.properties['category'], c.properties['building_unit']])).toEqual([
      ['flying_wire_charging', '1'],
      ['corridor_clutter', '1'],
    ]);

    await page.keyboard.press('n');
    await number.fill('13900000009');
    await page.getByText('此号码没有历史事件').waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test('an account of another role is told so and can leave or sign in as somebody else', async () => {
    const rider = await server.createToken('--role', 'rider', '--name', 'xiaoge');
    const { page, close } = await visit(browser, `${server.url}/desk`, { ...SIZE, token: rider });
    await page.getByRole('heading', { name: '您的账号无权使用值班台' }).waitFor();
    await page.getByRole('link', { name: '前往骑手页' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: '换账号登录' }).click();
    await page.getByLabel('访问令牌').fill(li);
    await page.keyboard.press('Enter');
    await ready(page);
    expect(new URL(page.url()).pathname).toBe('/desk');
    await close();
  });

  test('cases have addresses: back, forward, old links, unknown ones, and a network that comes back', async () => {
    const [one, other] = [await report('地址甲', 'wenquan-huayuan-7'), await report('地址乙', 'wenquan-huayuan-8')];
    const { page, errors, close } = await desk(one.id);
    await page.keyboard.press('6');
    await page.locator(`[data-case="${other.id}"]`).click();
    await shown(page, other.id);
    expect(new URL(page.url()).searchParams.get('case')).toBe(other.id);
    await page.goBack();
    await shown(page, one.id);
    await page.goForward();
    await shown(page, other.id);
    await page.goto(`${server.url}/desk/cases/${one.id}`);
    await shown(page, one.id);
    await page.goto(`${server.url}/desk?case=w-nowhere`);
    await page.locator('[data-not-opened]', { hasText: '没有编号为 w-nowhere 的事件' }).waitFor();
    await expectAccessible(page);
    expect(errors.filter((e) => !e.includes('404'))).toEqual([]);

    // The case and its history cannot be read at first.
    await page.route(`**/api/warnings/${one.id}*`, (route) => route.abort());
    await page.route(`**/api/warnings/${one.id}/*`, (route) => route.abort());
    await page.goto(`${server.url}/desk?case=${one.id}`);
    await page.getByText('办理经过载入失败').waitFor();
    await page.unrouteAll();
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await shown(page, one.id);
    await close();
  });

  test('a double click takes one step, and a step that somebody else took counts as done', async () => {
    const { id } = await report('连点两下', 'wenquan-huayuan-9');
    const { page, close } = await desk(id);
    await page.locator('[data-action="file"]').dblclick();
    await page.waitForSelector('[data-status="filed"]');
    await page.waitForTimeout(300);
    expect(await page.locator('[data-form]').count()).toBe(0);
    expect((await steps(id)).filter((s) => s === 'file')).toHaveLength(1);
    await close();

    const late = await report('别人先立案', 'wenquan-huayuan-10');
    const blind = await visit(browser, `${server.url}/sign-in`, { ...SIZE, token: li });
    await blind.page.route('**/api/events*', (route) => route.abort());
    await blind.page.goto(`${server.url}/desk?case=${late.id}`);
    await shown(blind.page, late.id);
    await act(late.id, { action: 'file' });
    await blind.page.locator('[data-action="file"]').click();
    await blind.page.getByText('此前已立案，无需重复办理').waitFor();
    await blind.page.waitForSelector('[data-status="filed"]');
    expect(await blind.page.locator('[data-conflict]').count()).toBe(0);
    await blind.close();
  });

  test('several cases are filed together, each with its outcome, and badges do not follow the filter', async () => {
    const cases = [
      await report('一并立案甲', 'chenqing-beiyuan-3'),
      await report('一并立案乙', 'chenqing-beiyuan-5'),
      await report('一并立案丙', 'chenqing-beiyuan-7'),
    ];
    const { page, close } = await desk(cases[0]?.id ?? '');
    const badges = () => page.locator('[data-queue]').allTextContents();
    await page.keyboard.press('6');
    const before = await badges();
    await page.keyboard.press('/');
    await page.keyboard.type('一并立案');
    await page.keyboard.press('Enter');
    await page.locator('[data-case]').nth(2).waitFor();
    await page.locator('[data-case]').nth(3).waitFor({ state: 'detached' });
    expect(await badges()).toEqual(before);

    // The filter is saved, cleared, and applied again.
    await page.getByRole('button', { name: '存为常用筛选' }).click();
    await page.getByRole('textbox', { name: '名称' }).fill('一并办理');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '清除筛选' }).click();
    await page.locator('[data-case]').nth(3).waitFor();
    await page.reload();
    await ready(page);
    await page.locator('[data-saved]', { hasText: '一并办理' }).click();
    await page.locator('[data-case]').nth(3).waitFor({ state: 'detached' });

    await page.locator('[data-case] input').nth(0).check();
    await page.locator('[data-case] input').nth(1).check();
    await page.locator('[data-case] input').nth(2).check();
    await expectAccessible(page);
    await page
      .locator('[data-ticked]')
      .getByRole('button', { name: /批量立案（3）/ })
      .click();
    const lines = page.locator('[data-bulk-step="file"] [data-line]');
    expect(await lines.count()).toBe(3);
    await expectAccessible(page);
    // One was filed by somebody else meanwhile, and one was rejected.
    await act(cases[0]?.id ?? '', { action: 'file' });
    await act(cases[1]?.id ?? '', { action: 'reject', reason: '重复' });
    await page.getByRole('button', { name: /立案 3 件/ }).click();
    await page.locator('[data-line="already"]').waitFor();
    await page.locator('[data-line="failed"] [role="alert"]').waitFor();
    await page.locator('[data-line="done"]').waitFor();
    expect((await api<Case>(`/api/warnings/${cases[2]?.id}`)).properties['status']).toBe('filed');
    // Only the failed one stays ticked.
    expect(await page.locator('[data-ticked]').textContent()).toContain('已选 1 件');
    await page.keyboard.press('Escape');

    // A rejected case looks ended, and usual reasons fill the form that files it again.
    await page.goto(`${server.url}/desk?case=${cases[1]?.id}`);
    await page.locator('[data-ended]', { hasText: '不予立案' }).waitFor();
    await page.waitForSelector('[data-action="reopen"]');
    await page.keyboard.press('o');
    await page.locator('[data-form="reopen"] [data-reason]', { hasText: '问题反弹' }).click();
    expect(await page.locator('[data-form="reopen"] textarea').inputValue()).toBe('问题反弹');
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector('[data-status="filed"]');
    await close();
  });

  /** Hides or shows a tab, as switching tabs does. Headless browsers treat all tabs as visible. */
  const turn = (page: Page, visible: boolean) =>
    page.evaluate((yes) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => !yes });
      Object.defineProperty(document, 'visibilityState', {
        configurable: true,
        get: () => (yes ? 'visible' : 'hidden'),
      });
      document.dispatchEvent(new Event('visibilitychange'));
    }, visible);

  test('a shift is handed over: note, two signatures, what has changed since, one sheet of paper', async () => {
    const watched = await report('交接班督办', 'wenquan-huayuan-9');
    await act(watched.id, { action: 'file' });
    const due = new Date(Date.now() + 30 * 86_400_000).toISOString();
    await act(watched.id, { action: 'supervise', due, reason: '多次反映' });

    // The officer who goes off duty: the sheet opens by key, the note survives a reload.
    const giver = await desk(watched.id);
    await giver.page.keyboard.press('Shift+H');
    const sheet = giver.page.locator('[data-handover][data-ready="true"]');
    await sheet.waitFor();
    const rows = giver.page.locator('[data-follow] tbody tr');
    const row = giver.page.locator(`[data-row="${watched.id}"]`);
    await row.filter({ hasText: '督办' }).waitFor();
    expect(await giver.page.locator('[data-figure="supervised"] dd').textContent()).toBe('1');
    await giver.page.locator('[data-reason="supervised"]').click();
    expect(await rows.count()).toBe(1);
    await giver.page.locator('[data-reason="all"]').click();
    await giver.page.locator('textarea').fill('温泉花园北门施工，夜间注意绕行');
    // A longer next shift: more cases fall due in it.
    const before = Number(await giver.page.locator('[data-reason="due"] .numbers').textContent());
    const far = new Date(Date.now() + (5 * 24 + 8) * 3_600_000).toISOString().slice(0, 16);
    await giver.page.locator('[data-time="next_until"]').fill(far);
    await giver.page.locator('[data-time="next_until"]').dispatchEvent('change');
    await expect
      .poll(async () => Number(await giver.page.locator('[data-reason="due"] .numbers').textContent()))
      .toBeGreaterThan(before);
    await expectAccessible(giver.page);
    await giver.page.reload();
    await sheet.waitFor();
    expect(await giver.page.locator('textarea').inputValue()).toBe('温泉花园北门施工，夜间注意绕行');
    await giver.page.locator('[data-sign-over]').dblclick();
    await giver.page.locator('[data-state="open"] [data-withdraw]').waitFor();
    expect(await giver.page.locator('[data-receive]').count()).toBe(0);

    // Withdrawn, its note is a draft again.
    await giver.page.locator('[data-withdraw]').click();
    await giver.page.locator('[data-state="draft"] textarea').waitFor();
    expect(await giver.page.locator('textarea').inputValue()).toBe('温泉花园北门施工，夜间注意绕行');
    await giver.page.locator('[data-sign-over]').click();
    await giver.page.locator('[data-state="open"]').waitFor();

    // The next officer is told at the desk, sees the sheet beside what has changed, and signs.
    const until = new Date(Date.now() + 5 * 86_400_000).toISOString();
    await act(watched.id, { action: 'park', reason: '等待施工', until });
    const wang = await server.createToken('--role', 'officer', '--name', '王值班');
    const taker = await visit(browser, `${server.url}/desk`, { ...SIZE, token: wang });
    await taker.page.locator('[data-handover-waits]', { hasText: 'li' }).click();
    await taker.page.locator('[data-receive]').waitFor();
    expect(await taker.page.locator('[data-note]').textContent()).toBe('温泉花园北门施工，夜间注意绕行');
    expect(await taker.page.locator(`[data-row="${watched.id}"] [data-present]`).textContent()).toContain('挂账');
    expect(await taker.page.locator('[data-withdraw]').count()).toBe(0);
    await expectAccessible(taker.page);
    await taker.page.locator('[data-receive]').dblclick();
    await taker.page.locator('[data-state="taken"]').waitFor();
    expect(await taker.page.locator('[data-sign]').textContent()).toMatch(/交班人\s*li.*接班人\s*王值班/);
    expect(await taker.page.locator('[data-past-row]').count()).toBe(1);
    const pages = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(pages(await taker.page.pdf({ preferCSSPageSize: true }))).toBeLessThanOrEqual(2);
    await taker.page.emulateMedia({ media: 'print' });
    expect(await taker.page.locator('.paper__tools').isVisible()).toBe(false);
    expect(await taker.page.locator('[data-past]').isVisible()).toBe(false);

    // The first officer's page shows the second signature by itself, and no handover is open any more.
    await giver.page.evaluate(() => dispatchEvent(new Event('online'))); // hurries the next request
    await giver.page.locator('[data-state="taken"]', { hasText: '王值班' }).waitFor();
    const list = await api<{ handovers: { taken: object | null }[] }>('/api/handovers');
    expect(list.handovers.map((h) => h.taken !== null)).toEqual([true]);
    expect([...giver.errors, ...taker.errors]).toEqual([]);
    await giver.close();
    await taker.close();
  });

  test('eight tabs work over plain HTTP, a hidden one catches up, and the last visible one may ring', async () => {
    const context: BrowserContext = await cheapContext(browser, { viewport: SIZE, reducedMotion: 'reduce' });
    expect((await context.request.post(`${server.url}/api/session`, { data: { token: li } })).status()).toBe(200);
    const feeds = new Map<Page, number>();
    const count = (page: Page, by: number): void => void feeds.set(page, (feeds.get(page) ?? 0) + by);
    const tabs: Page[] = [];
    for (let i = 0; i < 8; i += 1) {
      const page = await context.newPage();
      const isFeed = (url: string): boolean => url.includes('/api/events');
      page.on('request', (r) => isFeed(r.url()) && count(page, 1));
      page.on('requestfailed', (r) => isFeed(r.url()) && count(page, -1));
      page.on('requestfinished', (r) => isFeed(r.url()) && count(page, -1));
      await page.goto(`${server.url}/desk`);
      await ready(page);
      await expect.poll(() => feeds.get(page)).toBe(1);
      tabs.push(page);
      // The tab is left before the next one is opened.
      await turn(page, false);
      await expect.poll(() => feeds.get(page)).toBe(0);
    }
    const [first] = tabs;
    if (!first) throw new Error('there are no tabs');
    // The first tab was hidden when the case was reported, and gets it when it is shown.
    const { id } = await report('隐藏期间上报', 'wenquan-huayuan-11');
    await turn(first, true);
    await first.keyboard.press('6');
    await first.waitForSelector(`[data-case="${id}"]`);
    expect([...feeds.values()].reduce((a, b) => a + b)).toBe(1);

    // With alerts, a hidden tab keeps its feed while no other tab is visible, and counts new red cases.
    const bell = first.getByRole('button', { name: '新红色预警提醒' });
    expect(await bell.getAttribute('aria-pressed')).toBe('false');
    await bell.click();
    await turn(first, false);
    // By the rules of the demo district, the second report of this kind at one place is a red case.
    for (const note of ['飞线一', '飞线二', '飞线三'])
      await api('/api/warnings', { category: 'flying_wire_charging', building: 'wenquan-huayuan-12', note });
    await expect.poll(() => first.title()).toMatch(/^\(\d\) 值班台/);
    expect(await first.getAttribute('link[rel="icon"]', 'href')).toMatch(/^data:image\/svg/);
    await turn(first, true);
    await expect.poll(() => first.title()).toMatch(/^值班台/);
    await context.close();
  });

  test.each([
    ['zh', 1440, 900],
    ['en', 1024, 768],
    ['zh', 720, 450],
    ['en', 720, 450],
    ['zh', 1920, 1080],
  ])('in %s at %s × %s nothing is cut, and the next action stays in view', async (lang, width, height) => {
    const { id } = await report('楼道里堆着旧沙发和纸箱，'.repeat(160), 'wenquan-huayuan-2');
    const { page, errors, close } = await visit(browser, `${server.url}/desk?lang=${lang}&case=${id}`, {
      ...SIZE,
      width,
      height,
      token: li,
    });
    await ready(page);
    await shown(page, id);
    await page.waitForSelector('.history__step');
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    const cut = await page.locator('header button, header a').evaluateAll(
      (all) =>
        all.filter((one) => {
          const { left, right, bottom } = one.getBoundingClientRect();
          return (
            left < 0 || right > innerWidth || bottom > (one.closest('header')?.getBoundingClientRect().bottom ?? 0)
          );
        }).length,
    );
    expect(cut).toBe(0);
    const next = page.locator('[data-action="file"]');
    const isInView = () =>
      next.evaluate((b) => {
        const { top, bottom, left, width: wide } = b.getBoundingClientRect();
        const at = document.elementFromPoint(left + wide / 2, (top + bottom) / 2);
        return top >= 0 && bottom <= innerHeight && b.contains(at);
      });
    // From the head of the case to the end of its history.
    await page.locator('.pane__head').evaluate((head) => head.scrollIntoView({ block: 'start' }));
    expect(await isInView()).toBe(true);
    await page.locator('[data-more]').first().click();
    expect(await isInView()).toBe(true);
    await page
      .locator('.history__step')
      .last()
      .evaluate((step) => step.scrollIntoView({ block: 'end' }));
    expect(await isInView()).toBe(true);
    await expectAccessible(page);
    await page.keyboard.press('n');
    await page.waitForSelector('[data-report]');
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await close();
  });
});
