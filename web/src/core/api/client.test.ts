import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { visible } from './client';

const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
const accepted = (): Response =>
  json(202, {
    seq: 7,
    id: 'w-1',
    location: 'http://inside:8080/api/warnings/w-1',
    detail: 'The change is saved.',
    receipt: 'or_1',
  });

const asked: string[] = [];
let answers: Response[] = [];

beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal('location', new URL('https://map.example.org/desk'));
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path);
    return answers.shift() ?? json(503, { detail: 'behind' });
  });
});
afterEach(() => vi.unstubAllGlobals());

test('what is shown at once is not asked for again', async () => {
  expect(await (await visible(json(201, { id: 'w-1' }))).json()).toEqual({ id: 'w-1' });
  expect(asked).toEqual([]);
});

test('what is saved and not shown yet is read as soon as the server has it', async () => {
  answers = [json(503, { detail: 'behind' }), json(200, { id: 'w-1', seq: 7 })];
  const first = accepted();
  expect(await (await visible(first)).json()).toEqual({ id: 'w-1', seq: 7 });
  expect(asked).toEqual(['/api/warnings/w-1?min-seq=7', '/api/warnings/w-1?min-seq=7']);
  expect(((await first.json()) as { receipt: string }).receipt).toBe('or_1');
});

test('a server that stays behind is given up in the end', async () => {
  answers = [];
  await expect(visible(accepted())).rejects.toMatchObject({ status: 503, detail: 'behind' });
  expect(asked).toHaveLength(6);
});
