// Accounts and invites: an administrator creates an account, an officer invites a rider.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, launch, visit } from './browser.ts';
import { startServer, type Server } from './server.ts';

const SIZE = { width: 1280, height: 900 };

describe.skipIf(!process.env['ONEMAP_BIN'])('accounts', () => {
  let browser: Browser;
  let server: Server;
  const token = (...options: string[]): Promise<string> => server.createToken(...options);

  beforeAll(async () => {
    browser = await launch();
    server = await startServer();
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test('without an account the page links to the sign-in page, and a rider sees who may use the page', async () => {
    const { page, errors, close } = await visit(browser, `${server.url}/accounts`, SIZE);
    await page.getByRole('heading', { name: '请先登录' }).waitFor();
    await expectAccessible(page);
    expect(await page.getByRole('link', { name: '登录' }).getAttribute('href')).toBe('/sign-in?next=/accounts');
    await close();
    const rider = await visit(browser, `${server.url}/accounts`, {
      ...SIZE,
      token: await token('--role', 'rider', '--name', '骑手'),
    });
    await rider.page.getByText('此页面仅供值班员和系统管理员使用').waitFor();
    await rider.close();
    expect([...errors, ...rider.errors]).toEqual([]);
  });

  test('an administrator creates an account, which can sign in until it is disabled', async () => {
    const admin = await visit(browser, `${server.url}/accounts`, { ...SIZE, token: server.token });
    const { page } = admin;
    await page.locator('[data-account="admin"]').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: '新建账号' }).click();
    const form = page.locator('[data-form="account"]');
    await form.getByRole('button', { name: '建立' }).click();
    await form.getByText('请填写名称').waitFor();
    await form.locator('[name="name"]').fill('张敏');
    await form.getByLabel('值班员').check();
    await form.locator('[name="password"]').fill('correct horse battery');
    await expectAccessible(page);
    if (process.env['ONEMAP_SHOTS']) await page.screenshot({ path: `${process.env['ONEMAP_SHOTS']}/new-account.png` });
    await form.getByRole('button', { name: '建立' }).click();

    // The dialog of the new account opens. The secret of a new token is shown once.
    const dialog = page.locator('[data-account-dialog]');
    await dialog.waitFor();
    await dialog.locator('[name="label"]').fill('指挥大厅大屏');
    await dialog.getByLabel('只读').check();
    await dialog.getByRole('button', { name: '生成令牌' }).click();
    expect(await dialog.locator('[data-secret]').first().inputValue()).toMatch(/^om_[0-9a-f]{64}$/);
    await dialog.locator('[data-token="指挥大厅大屏"]').waitFor();
    await expectAccessible(page);
    if (process.env['ONEMAP_SHOTS']) await page.screenshot({ path: `${process.env['ONEMAP_SHOTS']}/account.png` });
    // The address of the dialog opens it again, and the back button closes it.
    const address = page.url();
    expect(address).toMatch(/\/accounts\/[^/]+$/);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.goForward();
    await dialog.waitFor();
    await page.goBack();
    await dialog.waitFor({ state: 'detached' });
    expect((await fetch(address)).status).toBe(200);

    await page.getByPlaceholder('按名称查找').fill('张');
    await page.locator('[data-account="admin"]').waitFor({ state: 'detached' });
    await page.locator('[data-account="张敏"]').waitFor();
    await page.getByPlaceholder('按名称查找').fill('没有这个人');
    await page.getByText('没有名称含“没有这个人”的账号').waitFor();
    await page.getByPlaceholder('按名称查找').fill('');
    await page.locator('[data-account="admin"]').waitFor();
    if (process.env['ONEMAP_SHOTS']) await page.screenshot({ path: `${process.env['ONEMAP_SHOTS']}/accounts.png` });

    const officer = await visit(browser, `${server.url}/sign-in`, SIZE);
    await expectAccessible(officer.page);
    if (process.env['ONEMAP_SHOTS'])
      await officer.page.screenshot({ path: `${process.env['ONEMAP_SHOTS']}/sign-in.png` });
    await officer.page.locator('[name="name"]').fill('张敏');
    await officer.page.locator('[name="password"]').fill('wrong horse battery');
    await officer.page.getByRole('button', { name: '登录' }).click();
    await officer.page.getByText('名称或密码不正确').waitFor();
    await officer.page.locator('[name="password"]').fill('correct horse battery');
    await officer.page.getByRole('button', { name: '登录' }).click();
    await officer.page.getByText('已登录').waitFor();
    await expectAccessible(officer.page);

    await page.getByRole('button', { name: '打开账号 张敏' }).click();
    await page.locator('[data-disable]').click();
    await page.locator('[data-disable-sure]').click();
    await page.locator('[data-enable]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('[data-account="张敏"]', { hasText: '已停用' }).waitFor();
    await officer.page.reload();
    await officer.page.locator('[name="password"]').waitFor();

    // The last administrator cannot be disabled.
    await page.getByRole('button', { name: '打开账号 admin' }).click();
    await page.locator('[data-disable]').click();
    await page.locator('[data-disable-sure]').click();
    await page.getByRole('alert').filter({ hasText: '最后一个' }).waitFor();
    await officer.close();
    await admin.close();
  });

  test('an officer invites riders with a QR code, and a rider creates an account with it', async () => {
    const officer = await visit(browser, `${server.url}/accounts`, {
      ...SIZE,
      token: await token('--role', 'officer', '--name', '值班员甲'),
    });
    const { page } = officer;
    await page.getByText('暂无邀请').waitFor();
    await page.getByRole('button', { name: '新建邀请' }).click();
    const form = page.locator('[data-form="invite"]');
    expect(await form.getByRole('group', { name: '角色' }).locator('label').allTextContents()).toEqual([
      '骑手',
      '成员单位',
      '网格员',
    ]);
    await form.locator('[name="note"]').fill('温泉社区外卖骑手');
    await form.locator('[name="uses"]').fill('20');
    await expectAccessible(page);
    if (process.env['ONEMAP_SHOTS']) await page.screenshot({ path: `${process.env['ONEMAP_SHOTS']}/new-invite.png` });
    await form.getByRole('button', { name: '生成邀请' }).click();
    const made = page.locator('[data-invite-made]');
    await made.getByRole('img', { name: '邀请二维码' }).waitFor();
    const link = await made.locator('[data-secret]').inputValue();
    expect(link).toMatch(new RegExp(`^${server.url}/sign-in#invite=om_[0-9a-f]{64}$`));
    await expectAccessible(page);
    if (process.env['ONEMAP_SHOTS']) await page.screenshot({ path: `${process.env['ONEMAP_SHOTS']}/invite.png` });
    await page.keyboard.press('Escape');
    await page.locator('[data-invite="温泉社区外卖骑手"]', { hasText: '已用 0 / 20' }).waitFor();

    const rider = await visit(browser, link, { width: 390, height: 844 });
    await rider.page.getByRole('heading', { name: '接受邀请' }).waitFor();
    await expectAccessible(rider.page);
    if (process.env['ONEMAP_SHOTS']) await rider.page.screenshot({ path: `${process.env['ONEMAP_SHOTS']}/accept.png` });
    await rider.page.locator('[name="name"]').fill('值班员甲');
    await rider.page.getByRole('button', { name: '建立账号并登录' }).click();
    await rider.page.getByText('这个名称已有人使用').waitFor();
    await rider.page.locator('[name="name"]').fill('小王');
    await rider.page.getByRole('button', { name: '建立账号并登录' }).click();
    await rider.page.getByText('已登录').waitFor();
    // The secret of the invite is no longer in the address.
    expect(rider.page.url()).toBe(`${server.url}/sign-in`);
    const session = (await (await rider.page.context().request.get(`${server.url}/api/session`)).json()) as {
      account: string;
      roles: string[];
    };
    expect([session.account, session.roles]).toEqual(['小王', ['rider']]);

    await page.reload();
    await page.locator('[data-invite="温泉社区外卖骑手"]', { hasText: '已用 1 / 20' }).waitFor();
    await page.getByRole('button', { name: '撤销: 温泉社区外卖骑手' }).click();
    await page.getByRole('button', { name: '确认撤销' }).click();
    await page.locator('[data-invite="温泉社区外卖骑手"]', { hasText: '已撤销' }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Accounts and invites' }).waitFor();
    const late = await visit(browser, link, SIZE);
    await late.page.locator('[name="name"]').fill('小赵');
    await late.page.locator('form button[type="submit"]').click();
    await late.page.getByRole('alert').filter({ hasText: '邀请无效' }).waitFor();
    expect([officer.errors, rider.outside]).toEqual([[], []]);
    await Promise.all([officer.close(), rider.close(), late.close()]);
  });
});
