// The jobs of the planner's page: the form of a siting with costs, required and forbidden
// candidates, results without a plan, and which gate should open. Also a scenario that cannot be
// opened.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, launch, visit, type Visit } from './browser.ts';
import { networkReady, startServer, type Server } from './server.ts';

const SIZE = { width: 1440, height: 900, reducedMotion: true };
const AT = '2026-11-25T10:00';

interface Edit {
  collection: string;
  id: string;
  op: string;
}

interface Asked {
  compounds?: string[];
  required?: string[];
  forbidden?: string[];
}

describe.skipIf(!process.env['ONEMAP_BIN'])('planning jobs', () => {
  let browser: Browser;
  let server: Server;
  let zhang: string;

  async function planner(path: string, standard = 'pocket_park_300'): Promise<Visit> {
    const url = `${server.url}/planner${path}${path.includes('?') ? '&' : '?'}at=${AT}&standard=${standard}`;
    const opened = await visit(browser, url, { ...SIZE, token: zhang, map: false });
    await opened.page.waitForSelector('[data-planner="ready"], [data-report]');
    return opened;
  }

  beforeAll(async () => {
    browser = await launch();
    server = await startServer('--demo');
    zhang = await server.createToken('--role', 'planner', '--name', 'zhang');
    await networkReady(server.url, zhang);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test('a deleted scenario in the address is reported, and the report is not made', async () => {
    const { page, close } = await planner('/try?scenario=deleted-1');
    const notice = page.locator('[data-not-open]');
    await notice.getByText('网址中的方案未能打开').waitFor();
    await notice.getByText('以下为地图现状').waitFor();
    await expectAccessible(page);
    await page.goto(page.url().replace('/try', '/report'));
    await page.locator('[data-report] [data-not-open]').waitFor();
    await page.waitForTimeout(1000);
    expect(await page.locator('[data-report] article').count()).toBe(0);
    expect(await page.locator('[data-print]').isDisabled()).toBe(true);
    await page.goto(page.url().replace('/report', '/try'));
    await page.locator('[data-give-up]').click();
    await notice.waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.has('scenario')).toBe(false);
    await close();
  });

  test('a time limit without a plan is not a proof that there is none', async () => {
    const { page, close } = await planner('/compare');
    const result = {
      problem: 'lscp',
      stop_reason: 'time_limit',
      incumbent: null,
      bound: 3,
      gap: null,
      plans: [],
      sites: [],
      conflicts: [],
      curve: [],
      notes: [],
      question: { problem: 'lscp', standard: 'pocket_park_300' },
    };
    await page.route('**/api/jobs/9999', (route) =>
      route.fulfill({ json: { id: '9999', kind: 'siting', state: 'done', result } }),
    );
    await page.route('**/api/jobs/9999/events', (route) => route.fulfill({ status: 404 }));
    await page.goto(`${server.url}/planner/choose?job=9999&at=${AT}`);
    await page.locator('[data-no-plan]').getByText('没有证明无解').waitFor();
    expect(await page.locator('[data-infeasible]').count()).toBe(0);
    await close();
  });

  test('the hours of a week are counted, and the worst one opens its gap', async () => {
    const { page, errors, close } = await planner('', 'aed_4');
    const week = page.locator('[data-week]');
    await week.getByRole('button', { name: '计算一周' }).click();
    const worst = week.locator('[data-week-fact="worst"]');
    await worst.waitFor({ timeout: 90_000 });
    expect(await week.locator('[data-hour]').count()).toBe(168);
    const share = ((await worst.textContent()) ?? '').trim().split(/\s/)[0] ?? '';
    const darkest = week.locator('[data-hour][style*="--dark: 100%"]').first();
    expect(await darkest.getAttribute('aria-label')).toContain(share);
    await expectAccessible(page);
    await darkest.click();
    await page.locator('[data-share]', { hasText: share }).waitFor();
    expect(new URL(page.url()).searchParams.get('at')).toBe(await darkest.getAttribute('data-hour'));
    expect(await week.locator('.week__hour--now').count()).toBe(1);
    expect(errors).toEqual([]);
    await close();
  });

  /** The body of the next request for a job. */
  const asked = async (page: Page, act: () => Promise<void>): Promise<Asked> => {
    const [request] = await Promise.all([
      page.waitForRequest((sent) => sent.url().endsWith('/api/plan/sitings') && sent.method() === 'POST'),
      act(),
    ]);
    return request.postDataJSON() as Asked;
  };
  const solved = (page: Page): Promise<void> =>
    page.locator('[data-result] [data-chosen]').waitFor({ timeout: 90_000 });

  test('a budget is offered once the layer has costs, and limits the plan', async () => {
    const { page, errors, close } = await planner('/choose');
    const form = page.locator('[data-form="siting"]');
    await form.getByText('更多条件').click();
    expect(await form.locator('[name="budget"]').count()).toBe(0);
    await form.locator('[name="source"][value="layer"]').check();
    await form.locator('[name="collection"]').selectOption('facilities');
    await form.locator('[name="filter"]').fill("kind = 'battery_swap'");
    await form.locator('[name="cost-property"]').selectOption({ label: '容量' });
    await form.locator('[name="placement"]').uncheck();
    await form.locator('[name="robust"]').uncheck();
    // The form shows which numbers the field accepts, and is not sent.
    await form.locator('[name="k"]').fill('-3');
    await form.locator('[name="budget"]').fill('20');
    await form.locator('[data-expected="k"]', { hasText: '1 至 500 之间的整数' }).waitFor();
    await expectAccessible(page);
    await form.getByRole('button', { name: '开始选址' }).click();
    expect(await page.locator('[data-job]').count()).toBe(0);
    await form.locator('[name="k"]').fill('');
    const body = await asked(page, () => form.getByRole('button', { name: '开始选址' }).click());
    expect(body).toMatchObject({
      budget: 20,
      candidates: { layer: { collection: 'facilities', filter: "kind = 'battery_swap'", cost: 'capacity' } },
    });
    expect(body).not.toHaveProperty('k');
    await solved(page);
    await page.locator('[data-result] tr', { hasText: '造价合计' }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test('a site of the result is excluded, undone, and excluded in the next plan', async () => {
    const { page, errors, close } = await planner('/choose');
    const form = page.locator('[data-form="siting"]');
    await form.locator('[name="k"]').fill('2');
    await form.locator('[name="spacing"]').fill('200');
    await form.getByText('更多条件').click();
    await form.locator('[name="robust"]').uncheck();
    await form.locator('[name="plans"]').fill('1');
    await form.getByRole('button', { name: '开始选址' }).click();
    await solved(page);
    const sites = page.locator('[data-chosen] tbody tr');
    const names = (): Promise<string[]> => sites.locator('th button').allTextContents();
    const bare = (text: string | undefined): string => (text ?? '').trim().replace(/^\d+\. /, '');
    const [first, second] = (await names()).map(bare);
    await sites.first().locator('[data-mark]').selectOption('不选');
    await page.locator('[data-remark]').waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText(`已撤销：把“${first}”标为不选`).waitFor();
    await page.locator('[data-remark]').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+Shift+Z');
    await sites.nth(1).locator('[data-mark]').selectOption('必选');
    await expectAccessible(page);
    const body = await asked(page, () => page.locator('[data-remark]').click());
    expect([body.required?.length, body.forbidden?.length]).toEqual([1, 1]);
    await page.locator(`[data-marked="${body.forbidden?.[0]}"]`).waitFor({ timeout: 90_000 });
    const now = (await names()).map(bare);
    expect(now).toContain(second);
    expect(now).not.toContain(first);
    // A new tab that opens the link of the job shows its marks.
    const link = page.url();
    const other = await page.context().newPage();
    await other.goto(link);
    await other.locator(`[data-marked="${body.forbidden?.[0]}"] [data-mark="forbidden"]`).waitFor();
    expect(await other.locator('[data-remark]').count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  });

  test('features of a layer are marked in the form before the first calculation', async () => {
    const { page, errors, close } = await planner('/choose');
    const form = page.locator('[data-form="siting"]');
    await form.getByText('自动布设的点位在计算后才能标记').waitFor();
    await form.locator('[name="source"][value="hosts"]').check();
    await form.locator('[name="collection"]').selectOption('units');
    await form.getByText('标记候选点位').click();
    const one = form.locator('[data-candidate]').first();
    await one.waitFor();
    const id = (await one.getAttribute('data-candidate')) ?? '';
    await one.locator('[data-mark]').selectOption('必选');
    await form.locator(`[data-marked="${id}"]`).waitFor();
    await expectAccessible(page);
    // A mark counts only for the source of candidates in which it was set.
    await form.locator('[name="source"][value="generate"]').check();
    await form.getByText('另有 1 个标记针对其他候选点位').waitFor();
    await form.locator('[name="source"][value="hosts"]').check();
    await form.locator('[name="placement"]').evaluate((input: HTMLInputElement) => input.click());
    const body = await asked(page, () => form.getByRole('button', { name: '开始选址' }).click());
    expect(body.required).toEqual([id]);
    expect(errors).toEqual([]);
    await close();
  });

  test('the curve ends at the number of sites that was asked for', async () => {
    const { page, errors, close } = await planner('');
    await page.waitForSelector('[data-headline]');
    const curve = page.locator('[data-curve]');
    await curve.locator('[name="curve-to"]').fill('2');
    await curve.getByRole('button', { name: '计算曲线' }).click();
    await curve.locator('tbody tr').first().waitFor({ timeout: 90_000 });
    expect(await curve.locator('tbody th').allTextContents()).toEqual(['新增 0 处', '新增 1 处', '新增 2 处']);
    expect(errors).toEqual([]);
    await close();
  });

  test('which gate should open: the changes of a compound, and one of them in the scenario', async () => {
    const { page, errors, close } = await planner('/ways');
    const access = page.locator('[data-access]');
    await access.locator('[name="compound"]').selectOption('辰兴北苑');
    const body = await asked(page, () => access.getByRole('button', { name: '开始试算' }).click());
    expect(body).toMatchObject({ problem: 'access', objective: 'rider_minutes', k: 3 });
    expect(body.compounds).toHaveLength(1);
    const singles = access.locator('[data-single]');
    await singles.first().waitFor({ timeout: 240_000 });
    // Every change says what it saves, the greatest saving first.
    const sentences = await singles.locator('span').allTextContents();
    expect(sentences[0]).toMatch(/^辰兴北苑南门允许骑电动车通过.*分钟/);
    expect(sentences.filter((text) => text.includes('没有可见的改善'))).toEqual([]);
    await expectAccessible(page);
    await singles.first().getByRole('button', { name: '放入方案' }).click();
    await page.getByText('已放入方案').waitFor();
    const edit = page.locator('[data-way-edits] [data-edit]');
    await edit.waitFor();
    const kept = await page.evaluate(
      () => (JSON.parse(sessionStorage.getItem('onemap.planner.draft') ?? '{}') as { edits: Edit[] }).edits,
    );
    expect(kept.map(({ collection, op }) => [collection, op])).toEqual([['entrances', 'patch']]);
    expect(await edit.getAttribute('data-edit')).toBe(kept[0]?.id);
    // The page counts the coverage with the edit.
    await page.waitForSelector('[data-more][data-counting="false"]');
    await page.keyboard.press('Control+z');
    await edit.waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
    await close();
    // A program that is built without optimisation needs minutes.
  }, 300_000);

  test('without a moment, the page asks for a weekday at 10:00, and for now with one click', async () => {
    const { page, close } = await visit(browser, `${server.url}/planner`, { ...SIZE, token: zhang, map: false });
    await page.waitForSelector('[data-headline]');
    const at = (): Promise<string> => page.locator('[name="at"]').inputValue();
    expect(await at()).toMatch(/T10:00$/);
    await page.locator('[data-now]').click();
    const hour = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 13);
    await page.waitForFunction((now) => new URLSearchParams(location.search).get('at')?.startsWith(now), hour);
    expect(await at()).toBe(`${hour}:00`);
    await close();
  });
});
