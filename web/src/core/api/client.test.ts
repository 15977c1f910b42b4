import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lang } from '@/core/i18n/lang';
import { answered, ApiError, done, http, isWritten, written } from './client';

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
  vi.stubGlobal('fetch', async ({ method, url }: Request) => {
    const { pathname, search } = new URL(url);
    asked.push(`${method} ${pathname}${search}`);
    return answers.shift() ?? json(503, { detail: 'behind' });
  });
});
afterEach(() => vi.unstubAllGlobals());

const report = () =>
  written(http.POST('/api/warnings', { body: { category: 'other' } }), (id, minSeq) =>
    http.GET('/api/warnings/{id}', { params: { path: { id }, query: { 'min-seq': minSeq } } }),
  );

test('a write that is visible at once is not requested again', async () => {
  answers = [json(201, { id: 'w-1' })];
  expect((await report()).value).toEqual({ id: 'w-1' });
  expect(asked).toEqual(['POST /api/warnings']);
});

test('a write that is not visible yet is read as soon as the server shows it', async () => {
  answers = [accepted(), json(503, { detail: 'behind' }), json(200, { id: 'w-1', seq: 7 })];
  expect((await report()).value).toEqual({ id: 'w-1', seq: 7 });
  const read = 'GET /api/warnings/w-1?min-seq=7';
  expect(asked).toEqual(['POST /api/warnings', read, read]);
});

test('waiting for a commit that the server does not show ends after a limit', async () => {
  answers = [accepted()];
  await expect(report()).rejects.toMatchObject({ status: 503, detail: 'behind' });
  expect(asked).toHaveLength(7);
});

test('a write whose answer has no body is awaited too', async () => {
  const end = () =>
    isWritten(http.DELETE('/api/silences/{id}', { params: { path: { id: 's' } } }), (minSeq) =>
      http.GET('/api/silences', { params: { query: { 'min-seq': minSeq } } }),
    );
  answers = [new Response(null, { status: 204 })];
  await end();
  answers = [accepted(), json(200, { silences: [] })];
  await end();
  expect(asked).toEqual(['DELETE /api/silences/s', 'DELETE /api/silences/s', 'GET /api/silences?min-seq=7']);
});

test('an error has the text of the server; a network failure has status 0', async () => {
  answers = [json(409, { detail: 'It is closed.', allowed: ['reopen'] })];
  await expect(answered(http.GET('/api/session'))).rejects.toMatchObject({
    status: 409,
    detail: 'It is closed.',
    problem: { allowed: ['reopen'] },
  });
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch');
  });
  await expect(done(http.DELETE('/api/session'))).rejects.toEqual(new ApiError(0, 'Failed to fetch'));
});

test('an answer without its body is an error', async () => {
  answers = [new Response(null, { status: 204 })];
  await expect(answered(http.GET('/api/session'))).rejects.toThrow('HTTP 204 without a body');
});

test('requests name the language of the page', async () => {
  const languages: (string | null)[] = [];
  vi.stubGlobal('fetch', async (_: Request, init: RequestInit) => {
    languages.push(new Headers(init.headers).get('accept-language'));
    return json(200, {});
  });
  for (const language of ['zh', 'en'] as const) {
    lang.value = language;
    await answered(http.GET('/api/session'));
  }
  lang.value = 'zh';
  expect(languages).toEqual(['zh', 'en']);
});
