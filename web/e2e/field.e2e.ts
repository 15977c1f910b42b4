// The field page: tasks, navigation, steps without a network that arrive in order, and conflicts.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, launch, visit } from './browser.ts';
import { Cable } from './cable.ts';
import { fitsFingers, installed, phone, photograph, type Spot } from './phone.ts';
import { startServer, type Server } from './server.ts';

interface Step {
  action: string;
  note?: string;
  reason?: string;
  photos?: { id: string; kind: string }[];
  distance_m?: number;
}
interface Case {
  id: string;
  geometry: { coordinates: [number, number] };
  properties: { status: string; community?: string };
}

/** A position in the middle of the demo district. */
const PLACE: [number, number] = [117.1302, 39.2242];
/** A position in a park of another community, 70 m from the nearest building. */
const PARK: [number, number] = [117.133, 39.2186];
const at = ([longitude, latitude]: [number, number], north_m = 0): Spot => ({
  longitude,
  latitude: latitude + north_m / 111_000,
});

describe.skipIf(!process.env['ONEMAP_BIN'])('in the field', () => {
  let browser: Browser;
  let server: Server;
  let officer: string;
  let unitToken: string;
  let unit = '';

  const token = (...options: string[]): Promise<string> => server.createToken(...options);
  const api = async <T>(path: string, body?: unknown, who = officer): Promise<T> => {
    const response = await fetch(server.url + path, {
      headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    expect(response.ok, `${path} ${response.status} ${response.ok ? '' : await response.clone().text()}`).toBe(true);
    return (await response.json()) as T;
  };
  const act = (id: string, body: object, who = officer): Promise<Case> => api(`/api/warnings/${id}/actions`, body, who);
  const steps = async (id: string): Promise<Step[]> =>
    (await api<{ steps: Step[] }>(`/api/warnings/${id}/history`)).steps;

  /** Creates a case that is dispatched to the unit. */
  async function dispatched(note: string, place: object = {}): Promise<Case> {
    const { id } = await api<Case>('/api/warnings', {
      category: 'corridor_clutter',
      ...('building' in place ? {} : { geometry: { type: 'Point', coordinates: PLACE } }),
      ...place,
      note,
      source: 'grid_worker',
    });
    await act(id, { action: 'file' });
    return act(id, { action: 'dispatch', unit, reason: '由该单位协助' });
  }

  const open = (page: Page, id: string): Promise<void> => page.locator(`.card[data-case="${id}"]`).click();

  beforeAll(async () => {
    browser = await launch();
    server = await startServer('--demo');
    const { features } = (await (await fetch(`${server.url}/api/collections/units/items?limit=1000`)).json()) as {
      features: { id: string; properties: { competences?: string[] } }[];
    };
    unit = features.find((u) => u.properties.competences?.includes('corridor_clutter'))?.id ?? '';
    officer = await token('--role', 'officer', '--name', '值班员');
    unitToken = await token('--role', 'unit', '--name', '物业', '--unit', unit);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test('an invalid token is reported, and a link with a token signs in and removes it from the address', async () => {
    const { page, close } = await phone(browser, `${server.url}/field`);
    await page.getByLabel('访问令牌').fill('om_0000');
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByText('令牌无效').waitFor();
    await expectAccessible(page);
    await page.goto(`${server.url}/field?once#token=${unitToken}`);
    await page.getByText('物业').waitFor();
    expect(page.url()).not.toContain('om_');
    const manifestUrl = new URL((await page.locator('link[rel="manifest"]').getAttribute('href')) ?? '', page.url());
    const manifest = (await (await fetch(manifestUrl)).json()) as { icons: { src: string }[]; start_url: string };
    // The addresses in the manifest are relative, so that they work under a public path too.
    expect(new URL(manifest.start_url, manifestUrl).pathname).toBe('/field');
    for (const icon of manifest.icons)
      expect((await fetch(new URL(icon.src, manifestUrl))).headers.get('content-type')).toBe('image/png');
    await close();
  });

  test('without a network the page opens and a case can be handled with photos', async () => {
    // A long word without a break must not make the page wider than the phone.
    const { id } = await dispatched(`旧家具堵住楼道 https://example.invalid/${'a-picture-of-it-'.repeat(8)}`);
    const cable = await new Cable().plug(server.url);
    const { page, errors, close } = await phone(browser, `${cable.url}/field#token=${unitToken}`, {
      at: at(PLACE, 300),
    });
    await page.locator(`[data-group="handle"] .card[data-case="${id}"]`).waitFor();
    expect(await page.locator(`.card[data-case="${id}"]`).textContent()).toContain('300 m');
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    await open(page, id);
    await page.waitForSelector('[data-place-map="ready"]', { timeout: 60_000 });
    await page.locator('.way', { hasText: '南面' }).waitFor();
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    // The map apps get GCJ-02, which is some hundred metres from WGS 84 here.
    const to = new URL((await page.locator('[data-navigate="amap"]').getAttribute('href')) ?? '').searchParams;
    expect([to.get('coordinate'), to.get('to')?.startsWith('117.136')]).toEqual(['gaode', true]);
    await page.goBack();
    await installed(page);

    cable.pull();
    await page.reload();
    await page.locator('[data-offline]', { hasText: '没有网络' }).waitFor();
    await expectAccessible(page);
    await open(page, id);
    await page.locator('[data-action="start"]').click();
    await page.locator('[data-step="start"][data-state="waiting"]').waitFor();
    await page.locator('[data-action="handle"]').click();
    // The rules, loaded while there was a network, require a photo after the handling.
    await page.getByText('请拍处置后照片').waitFor();
    await page.setInputFiles('[data-photo="before"]', await photograph(browser, '#a63'));
    await page.setInputFiles('[data-photo="after"]', await photograph(browser, '#6a3'));
    await page.locator('.photos__one img').nth(1).waitFor();
    await page.fill('[name="note"]', '旧家具已清走');
    // A phone may close the page while its camera is open.
    await page.reload();
    await page.locator('.photos__one img').nth(1).waitFor();
    expect(await page.inputValue('[name="note"]')).toBe('旧家具已清走');
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    await page.locator('[data-send]').click();
    await page.locator('[data-step="handle"][data-state="waiting"]').waitFor();
    await page.reload();
    await page.locator('[data-step="handle"][data-state="waiting"]').waitFor();
    expect((await steps(id)).map((s) => s.action)).toEqual(['report', 'file', 'dispatch']);

    cable.mend();
    // A browser tells the page when the network is back, but the cable between them is cut without its knowledge.
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await expect
      .poll(async () => (await steps(id)).map((s) => s.action), { timeout: 60_000 })
      .toEqual(['report', 'file', 'dispatch', 'start', 'handle']);
    const last = (await steps(id)).at(-1);
    expect(last?.note).toBe('旧家具已清走');
    expect(last?.photos?.map((p) => p.kind).toSorted()).toEqual(['after', 'before']);
    await page.goto(`${cable.url}/field#outbox`);
    await page.locator('[data-step="handle"][data-state="sent"]').waitFor();
    await expectAccessible(page);
    expect(errors).toEqual([]);
    await close();
    await cable.unplug();
  });

  test('an officer urges and supervises a task at the desk, and the unit sees both and writes a note', async () => {
    const spot = { building: 'wenquan-huayuan-3', building_unit: '2', room: '501', place: '北门进来右手' };
    const { id } = await dispatched('催办督办的事件', spot);
    const desk = await visit(browser, `${server.url}/desk?case=${id}`, {
      width: 1440,
      height: 900,
      reducedMotion: true,
      token: officer,
    });
    await desk.page.waitForSelector(`[data-case-shown="${id}"] [data-action="supervise"]`);
    await desk.page.keyboard.press('y');
    await desk.page.locator('[data-form="urge"] [data-field="note"]').fill('请今天到场');
    await desk.page.keyboard.press('Control+Enter');
    await desk.page.locator('[data-form="urge"]').waitFor({ state: 'detached' });
    await desk.page.keyboard.press('g');
    // The proposed date is a day from now.
    await desk.page.locator('[data-form="supervise"] [data-field="reason"]').fill('居民多次反映，务必办结');
    await expectAccessible(desk.page);
    await desk.page.keyboard.press('Control+Enter');
    await desk.page.locator('[data-form="supervise"]').waitFor({ state: 'detached' });
    await desk.page.keyboard.press('4');
    await desk.page.locator('[data-queue="supervised"][aria-selected="true"]').waitFor();
    const row = desk.page.locator(`tr[data-case="${id}"]`);
    await row.locator('[data-sign="supervised"]', { hasText: '督办 剩' }).waitFor();
    await row.locator('[data-sign="urged"]', { hasText: '催办' }).waitFor();
    await expectAccessible(desk.page);
    if (process.env['ONEMAP_SHOTS'])
      await desk.page.screenshot({ path: `${process.env['ONEMAP_SHOTS']}/desk-urge.png` });

    const field = await phone(browser, `${server.url}/field#token=${unitToken}`);
    const card = field.page.locator(`.card[data-case="${id}"]`);
    await card.locator('[data-sign="supervised"]').waitFor();
    await card.locator('[data-sign="urged"]').waitFor();
    await open(field.page, id);
    await field.page.locator('[data-supervised]', { hasText: '居民多次反映，务必办结' }).waitFor();
    await field.page.locator('[data-urged]', { hasText: '请今天到场' }).waitFor();
    // The place as it was resolved: building, unit, room and grid, beside the text that the officer wrote.
    await field.page.locator('[data-details]', { hasText: /温泉花园3号楼 · 2 单元 · 501 室 · .*网格/ }).waitFor();
    await expectAccessible(field.page);
    expect(await fitsFingers(field.page)).toEqual([]);
    if (process.env['ONEMAP_SHOTS'])
      await field.page.screenshot({ path: `${process.env['ONEMAP_SHOTS']}/field-urge.png` });
    await field.page.locator('[data-action="note"]').click();
    await field.page.locator('[name="note"]').fill('户主明早在家');
    await expectAccessible(field.page);
    expect(await fitsFingers(field.page)).toEqual([]);
    await field.page.locator('[data-send]').click();
    await desk.page.locator('.history', { hasText: '户主明早在家' }).waitFor();
    // The note leaves the task as it is: the unit can start.
    await field.page.locator('[data-action="start"]').waitFor();
    // Nothing of all this is public.
    const told = await (await fetch(`${server.url}/api/warnings/${id}/history`)).text();
    for (const secret of ['请今天到场', '务必办结', '户主明早', 'urge', 'supervise'])
      expect(told).not.toContain(secret);
    expect([...desk.errors, ...field.errors]).toEqual([]);
    await desk.close();
    await field.close();
  });

  test('a step that is refused later shows what happened and what to do', async () => {
    const { id } = await dispatched('等待协调的事件');
    const cable = await new Cable().plug(server.url);
    const { page, errors, close } = await phone(browser, `${cable.url}/field#token=${unitToken}`);
    await page.locator(`.card[data-case="${id}"]`).waitFor();
    await installed(page);
    cable.pull();
    await open(page, id);
    await page.locator('[data-action="start"]').click();
    await page.locator('[data-step="start"][data-state="waiting"]').waitFor();
    // Meanwhile, an officer parks the case:
    await act(id, { action: 'park', reason: '等街道协调', until: new Date(Date.now() + 86_400_000).toISOString() });
    cable.mend();
    const step = page.locator('[data-step="start"][data-state="refused"]');
    await step.waitFor({ timeout: 60_000 });
    await page.getByText('事件状态已变化').waitFor();
    await page.getByText('联系值班室').waitFor();
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    // The refused step survives a reload, and disappears when its author drops it.
    await page.reload();
    await step.waitFor();
    await step.getByRole('button', { name: '放弃这一步' }).click();
    await page.getByText('会从手机上删除').waitFor();
    await step.getByRole('button', { name: '放弃这一步' }).click();
    await page.getByText('已不在您的任务中').waitFor();
    expect((await steps(id)).map((s) => s.action)).toEqual(['report', 'file', 'dispatch', 'park']);
    expect(errors).toEqual([]);
    await close();
    await cable.unplug();
  });

  test('verifying from too far away requires a reason', async () => {
    const { id, properties } = await dispatched('已清理的楼道');
    await act(id, { action: 'start' }, unitToken);
    const { id: picture } = (await (
      await fetch(`${server.url}/api/photos`, {
        method: 'POST',
        headers: { authorization: `Bearer ${unitToken}`, 'content-type': 'image/jpeg' },
        body: new Uint8Array((await photograph(browser, '#777')).buffer),
      })
    ).json()) as { id: string };
    await act(id, { action: 'handle', note: '清理完毕', photos: [picture] }, unitToken);
    const worker = await token(
      '--role',
      'grid_worker',
      '--name',
      '网格员',
      '--communities',
      properties.community ?? '',
    );

    const { context, page, errors, close } = await phone(browser, `${server.url}/field#token=${worker}`, {
      at: at(PLACE, 200),
    });
    await page.locator(`[data-group="verify"] .card[data-case="${id}"]`).waitFor();
    await open(page, id);
    await page.locator('[data-action="verify"]').click();
    await page.getByText('超过 50 m').waitFor();
    await page.getByText('已解决').click();
    expect(await page.locator('[data-send]').isDisabled()).toBe(true);
    await page.getByText('请写原因').waitFor();
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);

    await context.setGeolocation({ ...at(PLACE, 20), accuracy: 10 });
    await page.locator('[data-near="true"]').waitFor();
    expect(await page.locator('[name="reason"]').count()).toBe(0);
    await page.locator('[data-send]').click();
    // The worker sees that it was accepted and what comes next.
    await page.locator('[data-accepted]', { hasText: '值班员结案' }).waitFor({ timeout: 20_000 });
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    expect((await api<Case>(`/api/warnings/${id}`)).properties.status).toBe('verified');
    const last = (await steps(id)).at(-1);
    expect(last?.distance_m).toBeGreaterThan(15);
    expect(last?.distance_m).toBeLessThan(25);
    expect(errors).toEqual([]);
    await close();
  });

  test('two taps make one step, a start that is already made counts, and a return has reasons to tap', async () => {
    const { id } = await dispatched('点了两次');
    const { page, errors, close } = await phone(browser, `${server.url}/field#token=${unitToken}`);
    await page.locator(`.card[data-case="${id}"]`).waitFor();
    await page.route('**/actions', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      await route.continue();
    });
    await open(page, id);
    await page.locator('[data-action="start"]').evaluate((button: HTMLElement) => {
      button.click();
      button.click();
    });
    await page.locator('[data-action="handle"]').waitFor();
    await expect
      .poll(async () => (await steps(id)).map((s) => s.action))
      .toEqual(['report', 'file', 'dispatch', 'start']);
    // A colleague starts another case first: the refused start counts as done.
    const other = await dispatched('同事先开始');
    await page.goto(`${server.url}/field`);
    await open(page, other.id);
    await page.locator('[data-action="start"]').waitFor();
    await act(other.id, { action: 'start' }, unitToken);
    await page.locator('[data-action="start"]').click();
    await page.locator('[data-action="handle"]').waitFor();
    expect(await page.locator('[data-state="refused"]').count()).toBe(0);

    await page.locator('[data-action="return"]').click();
    await page.getByText('不属于本单位职责').click();
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    await page.locator('[data-send]').click();
    await page.locator('[data-accepted]', { hasText: '重新派遣' }).waitFor();
    expect((await steps(other.id)).at(-1)?.reason).toBe('不属于本单位职责');

    // An ended session says so and keeps what was not sent.
    await page.context().clearCookies();
    await page.goto(`${server.url}/field`);
    await page.locator('[data-expired]', { hasText: '登录已失效' }).waitFor();
    await expectAccessible(page);
    await page.getByLabel('访问令牌').fill(unitToken);
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.locator(`.card[data-case="${id}"]`).waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  test('a patrol report takes three taps without a network, and rounds, map and kept grids work', async () => {
    const { properties } = await dispatched('巡查所在社区');
    const worker = await token(
      '--role',
      'grid_worker',
      '--name',
      '巡查员',
      '--communities',
      properties.community ?? '',
    );
    const cable = await new Cable().plug(server.url);
    const { page, errors, close } = await phone(browser, `${cable.url}/field#token=${worker}`, {
      at: at(PLACE),
    });
    await installed(page);
    await page.getByRole('link', { name: '本机设置' }).click();
    await page.locator('[data-keep-map]').click();
    await page.locator('[data-kept-map="kept"]').waitFor({ timeout: 60_000 });
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    await page.goBack();

    await page.getByRole('link', { name: '巡查记录' }).click();
    await page.locator('[data-begin-round]').click();
    await page.locator('[data-round="running"]').waitFor();
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    await page.goBack();

    await page.locator('[data-patrol]').waitFor({ state: 'attached' });
    cable.pull();
    await page.setInputFiles('[data-patrol]', await photograph(browser, '#357'));
    await page.locator('[data-place] strong', { hasText: /./ }).waitFor();
    await page.locator('.kind', { hasText: '楼道堆物' }).click();
    // The report survives a reload.
    await page.reload();
    await page.locator('[data-send]:enabled').waitFor();
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    await page.locator('[data-send]').click();
    await page.locator('[data-reported="waiting"]').waitFor();
    cable.mend();
    await page.locator('[data-reported="sent"]', { hasText: '值班员立案' }).waitFor({ timeout: 60_000 });
    const { features } = await api<{ features: { properties: { source: string; status: string } }[] }>(
      '/api/warnings?status=reported&sortby=-reported_at&limit=1',
    );
    expect(features[0]?.properties).toMatchObject({ source: 'grid_worker', status: 'reported' });
    // A point that is picked on the map beside a building offers that building.
    await page.context().setGeolocation(at(PARK));
    await page.goto(`${cable.url}/field/patrol`);
    await page.locator('[data-correct]').click();
    await page.locator('[data-choices] [data-place-map]').waitFor(); // the position is known
    await page.locator('[data-on-map]').click();
    await page.locator('[data-pick]:enabled').click();
    const offered = /第1网格（朝阳公园）[\s\S]*最近的楼栋：.+，相距 \d+ m[\s\S]*改为该楼栋/;
    await page.locator('[data-place]', { hasText: offered }).waitFor();
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    await page.locator('[data-take-near]').click();
    await page.locator('[data-take-near]').waitFor({ state: 'detached' });
    expect(await page.locator('[data-place] strong').textContent()).not.toContain('附近');
    await page.goto(`${cable.url}/field`);
    await page.getByRole('link', { name: '任务地图' }).click();
    await page.waitForSelector('[data-task-map="ready"]', { timeout: 60_000 });
    await expectAccessible(page);
    for (const size of [
      { width: 390, height: 844 },
      { width: 720, height: 450 },
    ]) {
      await page.setViewportSize(size);
      expect(await fitsFingers(page)).toEqual([]);
    }
    expect(errors).toEqual([]);
    await close();
    await cable.unplug();
  });

  test('the service worker does not handle other pages or API answers', async () => {
    const { page, close } = await phone(browser, `${server.url}/field#token=${unitToken}`);
    await installed(page);
    await page.locator('.foot').waitFor();
    const kept = await page.evaluate(async () => {
      const out: string[] = [];
      for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys()) out.push(new URL(request.url).pathname);
      return out;
    });
    expect(kept.length).toBeGreaterThan(5);
    expect(kept.filter((path) => path.startsWith('/api/') && !/^\/api\/(tiles|styles|photos)\//.test(path))).toEqual(
      [],
    );
    await page.goto(`${server.url}/wall`);
    expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
    const script = await fetch(`${server.url}/sw.js`);
    expect([script.headers.get('cache-control'), script.headers.get('content-type')]).toEqual([
      'no-cache',
      'text/javascript; charset=utf-8',
    ]);
    await close();
  });
});
