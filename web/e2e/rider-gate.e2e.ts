// Tests what a rider does at a gate that is locked, and how reports of riders close it for everybody.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, launch } from './browser.ts';
import { askForMondayMorning, fitsFingers, mondayMorning, phone, type Phone } from './phone.ts';
import { startServer, type Server } from './server.ts';

const BEGIN = { longitude: 117.1342, latitude: 39.224 };
const HOUSE = 'wenquan-huayuan-3';

interface Gate {
  id: string;
  name: string;
  reported_until?: string | null;
}

describe.skipIf(!process.env['ONEMAP_BIN'])('a rider at a gate', () => {
  let browser: Browser;
  let server: Server;

  beforeAll(async () => {
    browser = await launch();
    server = await startServer('--demo');
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  const token = (role: string, name: string): Promise<string> => server.createToken('--role', role, '--name', name);
  const gates = async (at = mondayMorning()): Promise<Gate[]> =>
    (
      (await (await fetch(`${server.url}/api/buildings/${HOUSE}/access?at=${encodeURIComponent(at)}`)).json()) as {
        gates: Gate[];
      }
    ).gates;
  const openCard = async (account?: string): Promise<Phone> => {
    const opened = await phone(browser, `${server.url}/rider`, { at: BEGIN });
    await askForMondayMorning(opened.context);
    if (account)
      expect((await opened.context.request.post(`${server.url}/api/session`, { data: { token: account } })).ok()).toBe(
        true,
      );
    await opened.page.goto(`${server.url}/rider?b=${HOUSE}&unit=2`);
    await opened.page.locator('[data-best-gate]').waitFor();
    return opened;
  };
  /** Reports the best gate of the card as locked, with two taps. */
  const reportBest = async (page: Page): Promise<string> => {
    await page.locator('[data-best-gate] [data-wrong-gate] button').click();
    await page.locator('[data-best-gate] [data-reason="locked"]').click();
    const sent = page.locator('[data-wrong-gate="sent"]');
    await sent.waitFor();
    return (await sent.locator('.numbers').textContent()) ?? '';
  };

  test('two taps report a locked gate, and the route then avoids it', async () => {
    const { page, errors, close } = await openCard();
    const [best] = await gates();
    await page.locator('[data-best-gate] [data-wrong-gate] button').click();
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    await page.getByRole('button', { name: '取消' }).click();
    const id = await reportBest(page);
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    const officer = await token('officer', '值班员');
    const read = await fetch(`${server.url}/api/warnings/${id}`, { headers: { authorization: `Bearer ${officer}` } });
    const { properties } = (await read.json()) as { properties: Record<string, unknown> };
    expect(properties).toMatchObject({
      category: 'wrong_access',
      entrance: best?.id,
      source: 'rider',
      note: '骑手反映：锁着，进不去',
    });
    // A report without an account closes no gate for others.
    expect((await gates())[0]?.reported_until ?? null).toBeNull();

    await page.locator('[data-take-me]').click();
    await page.locator('[data-avoided]', { hasText: `已避开${best?.name}` }).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: '全部步骤' }).click();
    expect(await page.locator('.steps').textContent()).not.toContain(`从${best?.name}进`);
    await page.locator('.why summary').click();
    expect(await page.locator('.why').textContent()).toContain(`${best?.name}按您的要求避开`);
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    await page.getByRole('button', { name: '不再避开' }).click();
    await page.locator('[data-avoided]').waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
    await close();
  });

  test('a rider who was turned away takes another gate', async () => {
    const { context, page, errors, close } = await openCard();
    const asked: { avoid?: string[] }[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/api/route')) asked.push(request.postDataJSON() as { avoid?: string[] });
    });
    const answer = page.waitForResponse((response) => response.url().endsWith('/api/route') && response.ok(), {
      timeout: 60_000,
    });
    await page.locator('[data-take-me]').click();
    // The gate of the route depends on the hour, so it is read from the answer.
    const { summary } = (await (await answer).json()) as {
      summary: { gate: { id: string; position: [number, number] } };
    };
    await page.locator('[data-now]').waitFor();
    const [longitude, latitude] = summary.gate.position;
    await context.setGeolocation({ longitude, latitude, accuracy: 8 });
    await page.getByRole('button', { name: '没让进' }).click();
    await page.getByText('已记下').waitFor();
    await page.locator('[data-other-gate]').click();
    await page.locator('[data-avoided]').waitFor();
    await page.locator('[data-way="no"]').waitFor();
    expect(asked.at(-1)?.avoid).toEqual([summary.gate.id]);
    expect(errors).toEqual([]);
    await close();
  });

  test('once the position is known, the card says which gate is faster from there', async () => {
    const { page, errors, close } = await openCard();
    // Without a position, the card has the same order of gates for all riders and names no faster
    // gate.
    expect(await page.locator('[data-faster-gate]').count()).toBe(0);
    const answer = page.waitForResponse((response) => response.url().endsWith('/api/route') && response.ok(), {
      timeout: 60_000,
    });
    await page.locator('[data-take-me]').click();
    const { summary } = (await (await answer).json()) as { summary: { gate: Gate } };
    await page.locator('[data-now]').waitFor();
    await page.goBack();
    const faster = page.locator('[data-best-gate] [data-faster-gate]', { hasText: summary.gate.name });
    await faster.waitFor();
    expect((await gates())[0]?.id).not.toBe(summary.gate.id);
    await expectAccessible(page);
    expect(await fitsFingers(page)).toEqual([]);
    if (process.env['ONEMAP_SHOTS']) await page.screenshot({ path: `${process.env['ONEMAP_SHOTS']}/card-faster.png` });
    expect(errors).toEqual([]);
    await close();
  });

  test('two riders close a gate for everybody, and the page says so', async () => {
    const before = await gates();
    for (const name of ['骑手甲', '骑手乙']) {
      const { page, errors, close } = await openCard(await token('rider', name));
      await reportBest(page);
      await page.getByText('再有一名骑手反映').waitFor();
      expect(errors).toEqual([]);
      await close();
    }
    // Reports close a gate for 12 hours at most, which may end before Monday morning. So the gates are
    // read for the present time.
    const after = await gates(new Date().toISOString());
    expect(after.find((g) => g.id === before[0]?.id)?.reported_until).toBeTruthy();
    expect(after[0]?.id).not.toBe(before[0]?.id);
  });
});
