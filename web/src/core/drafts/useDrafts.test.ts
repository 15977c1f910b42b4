// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest';
import { effectScope, ref } from 'vue';
import { useDrafts, type Drafts, type Unsent } from './useDrafts';

interface Form extends Unsent {
  note: string;
}
let made = 0;
const empty = (): Form => ({ note: '', key: `k${(made += 1)}`, tried: false, touched: false });

/** The drafts of a page that is loaded now. */
const page = (account: () => string | undefined = () => 'li', now?: () => number): Drafts =>
  effectScope(true).run(() => useDrafts(account, now)) as Drafts;

function type(drafts: Drafts, name: string, note: string): Form {
  const draft = drafts.of(name, empty);
  draft.touched = true;
  draft.note = note;
  return draft;
}

beforeEach(() => localStorage.clear());

test('what was typed survives a reload, and a sent form is forgotten', () => {
  const before = page();
  type(before, 'w-1 reject', '不属于本街道');
  const after = page();
  expect(after.has('w-1 reject')).toBe(true);
  expect(after.of('w-1 reject', empty).note).toBe('不属于本街道');
  expect(after.of('w-2 reject', empty).note).toBe('');
  after.drop('w-1 reject');
  expect([after.has('w-1 reject'), page().has('w-1 reject')]).toEqual([false, false]);
  expect(after.of('w-1 reject', empty).note).toBe('');
});

test('proposals of the form alone are not kept', () => {
  const drafts = page();
  drafts.of('w-1 extend', empty).note = '建议';
  expect([drafts.has('w-1 extend'), localStorage.length]).toEqual([false, 0]);
});

test('each account has its own drafts', () => {
  const account = ref<string>('li');
  const drafts = page(() => account.value);
  type(drafts, 'report', '李写的');
  account.value = 'wang';
  expect([drafts.has('report'), drafts.of('report', empty).note]).toEqual([false, '']);
  account.value = 'li';
  expect(drafts.of('report', empty).note).toBe('李写的');
});

test('a request keeps its key over a reload only if the server may know it', () => {
  const draft = type(page(), 'report', '甲');
  expect(page().of('report', empty).key).not.toBe(draft.key);
  draft.tried = true;
  expect(page().of('report', empty).key).toBe(draft.key);
});

test('a draft that another tab has sent disappears, unless this tab has other input', () => {
  const drafts = page();
  type(drafts, 'report', '同样的内容');
  const stored = Object.entries({ ...localStorage }) as [string, string][];
  const [key = '', oldValue = ''] = stored[0] ?? [];
  const sent = (): void => {
    localStorage.removeItem(key);
    dispatchEvent(Object.assign(new Event('storage'), { key, oldValue, newValue: null }));
  };
  drafts.of<Form>('report', empty).note = '另写的内容';
  sent();
  expect(drafts.of('report', empty).note).toBe('另写的内容');
  drafts.of<Form>('report', empty).note = '同样的内容';
  sent();
  expect([drafts.has('report'), drafts.of('report', empty).note]).toEqual([false, '']);
});

test('drafts are deleted after 30 days', () => {
  type(page(), 'report', '很久以前');
  expect(
    page(
      () => 'li',
      () => Date.now() + 31 * 86_400_000,
    ).has('report'),
  ).toBe(false);
  expect(localStorage.length).toBe(0);
});
