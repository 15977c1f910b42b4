// The card of a grid: on its page for the public and for staff, on the wall by key, and on paper. The livelihood projects:
// at home for residents, who rate them, on the wall, and late by themselves.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { expectAccessible, launch, mapReady, visit } from './browser.ts';
import { paper } from './paper.ts';
import { photograph } from './phone.ts';

const url = inject('url');
const token = inject('token');
let browser: Browser;

interface Card {
  subject: { id: string; name: string };
  cases: { open: Record<'red' | 'yellow' | 'green', number>; list: { id: string }[] };
  duties: { id: string; name?: string; phone?: string }[];
  counts: { buildings: number; gates: number };
}

interface Reach {
  rows: { standard: { id: string }; share: number | null }[];
}

interface Board {
  projects: { id: string; state: string; rating: { count: number } }[];
  kinds: Record<'planned' | 'under_way' | 'delayed' | 'done', number>[];
}

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

test('the page shows what the answer says, people to staff only, and prints on one page of A4', async () => {
  const { page, errors, outside, close } = await visit(browser, `${url}/`, { width: 390, height: 844 });
  await page.getByRole('link', { name: '网格档案' }).first().click();
  // Without a place, the page shows the largest area.
  await page.locator('[data-card="120113001"]').waitFor();
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  const read = page.waitForResponse((r) => r.url().includes('/api/grids/120113001009003/card'));
  await page.getByLabel('选择街道、社区或网格').selectOption('120113001009003');
  const card = (await (await read).json()) as Card;
  const shown = page.locator('[data-card="120113001009003"]');
  await shown.waitFor();
  expect(card.duties.length).toBeGreaterThan(5);
  expect(card.duties.some((duty) => duty.name !== undefined || duty.phone !== undefined)).toBe(false);
  await shown.getByText('姓名和电话仅工作人员登录后可见').waitFor();
  // What the residents have within a walk comes after the card.
  const reach = (await (await page.request.get(`${url}/api/grids/120113001009003/reach`)).json()) as Reach;
  const share = reach.rows.find(({ standard }) => standard.id === 'swap_cabinet_500')?.share ?? 0;
  await shown
    .locator('[data-reach]')
    .getByText(`${(share * 100).toFixed(1)}%`, { exact: true })
    .first()
    .waitFor();
  // The chain leads up: a click on the community opens its card, and Back returns.
  await shown.getByRole('button', { name: '朝阳里社区', exact: true }).first().click();
  await page.locator('[data-card="120113001009"]').waitFor();
  await page.goBack();
  await shown.waitFor();

  expect((await page.request.post(`${url}/api/session`, { data: { token } })).ok()).toBe(true);
  await page.setViewportSize({ width: 1440, height: 900 });
  const again = page.waitForResponse((r) => r.url().includes('/api/grids/120113001009003/card'));
  await page.reload();
  const full = (await (await again).json()) as Card;
  const leader = full.duties.find((duty) => duty.name !== undefined);
  await shown
    .getByText(leader?.name ?? 'none')
    .first()
    .waitFor();
  const { red, yellow, green } = full.cases.open;
  await shown
    .getByText(`红 ${red} · 黄 ${yellow} · 绿 ${green}`)
    .or(shown.getByText('没有未结事件。'))
    .first()
    .waitFor();
  await expectAccessible(page);
  expect(await paper(page)).toEqual([[210, 297]]);

  // The longest card, that of the street, fits too.
  await page.goto(`${url}/card?grid=120113001`);
  await page.locator('[data-card="120113001"] [data-reach] dl').waitFor();
  expect(await paper(page)).toEqual([[210, 297]]);

  // The card of a building, in English, at a past moment.
  const then = new Date(Date.now() - 3 * 86_400_000).toISOString();
  await page.goto(`${url}/card?building=chaoyang-dongli-10&as_of=${then}&lang=en`);
  await page.locator('[data-card="chaoyang-dongli-10"]').waitFor();
  await page.getByText('Head of the stairwell').first().waitFor();
  await page.getByText(/^The card at/).waitFor();
  await expectAccessible(page);
  await page.goto(`${url}/card?grid=nowhere&lang=zh`);
  await page.getByRole('alert').getByText('没有编号为“nowhere”').waitFor();
  expect(outside).toEqual([]);
  expect(errors.filter((error) => !error.includes('404'))).toEqual([]);
  await close();
});

test('the wall opens a card by key and by a click, and closes it with Escape', async () => {
  const { page, errors, close } = await visit(browser, `${url}/wall?tour=0`, { width: 1920, height: 1080 });
  await mapReady(page);
  const read = page.waitForResponse((r) => /\/api\/grids\/[^/]+\/card/.test(r.url()));
  await page.keyboard.press('g');
  const card = (await (await read).json()) as Card;
  await page.locator(`[data-card="${card.subject.id}"]`).waitFor();
  await expectAccessible(page);
  // While the card is open, keys belong to it.
  await page.keyboard.press('2');
  expect(new URL(page.url()).searchParams.get('view')).toBeNull();
  await page.keyboard.press('Escape');
  await page.locator('[data-card]').waitFor({ state: 'detached' });
  const box = await page.locator('.wall__map').boundingBox();
  await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2);
  await page.locator('[data-card]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[data-card]').waitFor({ state: 'detached' });
  expect(errors).toEqual([]);
  await close();
});

test('residents read the projects at home and rate one that is done, and the wall shows them', async () => {
  const { page, errors, outside, close } = await visit(browser, `${url}/`, { width: 390, height: 844 });
  const { projects, kinds } = (await (await page.request.get(`${url}/api/projects`)).json()) as Board;
  const list = page.locator('[data-projects]');
  const rows = list.locator('[data-project]');
  await list.waitFor();
  for (const state of ['planned', 'under_way', 'delayed', 'done'] as const)
    expect(await list.locator(`[data-project-figure="${state}"]`).textContent()).toBe(
      String(kinds.reduce((sum, kind) => sum + kind[state], 0)),
    );
  // The map is only loaded when somebody scrolls to it.
  expect(await page.locator('[data-project-map]').count()).toBe(0);
  await list.getByRole('group', { name: '项目地图' }).scrollIntoViewIfNeeded();
  await list.locator('[data-project-map="ready"]').waitFor({ timeout: 60_000 });
  await list.getByRole('button', { name: /^显示其余/ }).click();
  expect(await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-project')))).toEqual(
    projects.map(({ id }) => id),
  );
  const unrated = projects.find(({ state, rating }) => state === 'done' && rating.count === 0);
  const done = list.locator(`[data-project="${unrated?.id}"]`);
  await done.getByText('还没有评价').waitFor();
  await done.getByRole('button', { name: /^查看详情/ }).click();
  // The second rating of this browser replaces the first.
  for (const stars of [3, 5]) {
    await done
      .locator('label')
      .nth(stars - 1)
      .click();
    await done.getByText(`居民评分 ${stars}.0（1 人）`).waitFor();
  }
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.reload();
  await list.getByRole('button', { name: /^显示其余/ }).click();
  await done.getByRole('button', { name: /^查看详情/ }).click();
  await done.getByText('您的评价：5 星，可以修改').waitFor();
  await list
    .locator('[data-state="under_way"]')
    .first()
    .getByRole('button', { name: /^查看详情/ })
    .click();
  expect(await list.locator('[data-rate]').count()).toBe(0);

  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto(`${url}/wall`);
  await mapReady(page);
  await page.keyboard.press('7');
  const [first, second, third] = projects;
  const panel = page.locator(`[data-projects="${projects.length}"]`);
  await panel.locator(`[data-selected="${first?.id}"]`).waitFor();
  await page.keyboard.press('7');
  await panel.locator(`[data-selected="${second?.id}"]`).waitFor();
  await panel.locator(`[data-project="${third?.id}"]`).click();
  await panel.locator(`[data-selected="${third?.id}"]`).getByText('方案公示').waitFor();
  await expectAccessible(page);
  expect(outside).toEqual([]);
  expect(errors).toEqual([]);
  await close();
});

test('an officer names a missing leader, takes it back, and a project that falls due is late by itself', async () => {
  const { page, errors, close } = await visit(browser, `${url}/records`, { width: 1024, height: 768 });
  await page.getByRole('heading', { name: '请先登录' }).waitFor();
  await expectAccessible(page);
  expect((await page.request.post(`${url}/api/session`, { data: { token } })).ok()).toBe(true);
  await page.reload();
  const gap = page.locator('[data-gaps] li', { hasText: '没有在任的网格长' });
  await gap.waitFor();
  const before = Number(/^(\d+)个网格/.exec((await gap.locator('strong').textContent()) ?? '')?.[1]);
  const name = ((await gap.locator('span').textContent()) ?? '').trim().split('、')[0] ?? '';
  await expectAccessible(page);

  await page.locator('[data-add]').click();
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByRole('alert').getByText('请填写：职责。').waitFor();
  await page.getByLabel('职责').selectOption('grid_leader');
  await page.getByLabel('责任范围').fill(name);
  await page.getByRole('option', { name, exact: true }).click();
  await page.getByLabel('姓名').fill('测某甲');
  await expectAccessible(page);
  await page.getByRole('button', { name: '保存' }).click();
  await page.locator('[data-record-form]').waitFor({ state: 'detached' });
  await expect.poll(async () => (await gap.locator('strong').textContent()) ?? '').toContain(`${before - 1}个网格`);
  await page.getByLabel('筛选').fill('测某甲');
  const row = page.locator('[data-row]');
  await expect.poll(() => row.count()).toBe(1);
  await row.getByRole('button', { name: /^删除/ }).click();
  await row.getByRole('button', { name: /^确认删除/ }).click();
  await expect.poll(() => row.count()).toBe(0);
  await page.getByRole('button', { name: '撤销' }).click();
  await expect.poll(() => row.count()).toBe(1);

  await page.getByRole('tab', { name: '民生项目' }).click();
  const project = page.locator('[data-row="project-micro-05"]');
  await project.getByRole('button', { name: /^修改/ }).click();
  const wall = await visit(browser, `${url}/wall?view=projects`);
  const onWall = wall.page.locator('[data-project-row="project-micro-05"]');
  await onWall.getByText('进行中').waitFor({ state: 'attached' });
  await page.getByLabel('完成期限').fill('2026-01-31');
  await page.getByRole('button', { name: '保存' }).click();
  // Nobody writes the state: the timer does, and its commit reaches the wall without a reload.
  await project.getByText('延期').waitFor();
  await onWall.getByText('延期').waitFor({ state: 'attached' });
  await wall.close();

  // Photos from before and after are chosen in the form, and residents see them at home.
  const done = page.locator('[data-row="project-micro-01"]');
  await done.getByRole('button', { name: /^修改/ }).click();
  await page.setInputFiles('[data-photos="photos_before"] input', {
    name: '说明.jpg',
    mimeType: 'image/jpeg',
    buffer: Buffer.from('no picture'),
  });
  await page.getByRole('alert').getByText('“说明.jpg”不是可读取的图片').waitFor();
  for (const [list, colour] of [
    ['photos_before', '#a63'],
    ['photos_after', '#6a3'],
  ] as const) {
    await page.setInputFiles(`[data-photos="${list}"] input`, await photograph(browser, colour));
    await page.locator(`[data-photos="${list}"] img`).waitFor();
  }
  await expectAccessible(page);
  await page.getByRole('button', { name: '保存' }).click();
  await page.locator('[data-record-form]').waitFor({ state: 'detached' });
  const resident = await visit(browser, `${url}/`, { width: 390, height: 844 });
  await resident.page.getByRole('button', { name: /^显示其余/ }).click();
  const seen = resident.page.locator('[data-project="project-micro-01"]');
  await seen.getByRole('button', { name: /^查看详情/ }).click();
  for (const side of ['before', 'after']) {
    const picture = seen.locator(`[data-photos="${side}"] img`);
    await picture.scrollIntoViewIfNeeded();
    await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
  }
  expect(resident.errors).toEqual([]);
  await resident.close();
  await expectAccessible(page);
  expect(errors).toEqual([]);
  await close();
});
