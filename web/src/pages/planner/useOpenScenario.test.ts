import { effectScope, ref, type EffectScope } from 'vue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Held } from './client';
import type { Edit } from './types';
import { useDraft, type Draft } from './useDraft';
import { useOpenScenario, type Opening } from './useOpenScenario';
import type { Planner } from './usePlanner';

const held = (id: string): Held => ({ scenario: { id, name: id, edits: [put(id)] }, etag: '"1"' }) as unknown as Held;
const put = (id: string): Edit => ({ collection: 'pocket_parks', id, op: 'put' });
const asked: string[] = [];
vi.mock('./client', async (original) => ({
  ...(await original<typeof import('./client')>()),
  scenario: (id: string) => {
    asked.push(id);
    return id === 'gone' ? Promise.reject(new Error('gone')) : Promise.resolve(held(id));
  },
}));

let scope: EffectScope;
let draft: Draft;
let address: string | null;

beforeEach(() => {
  asked.length = 0;
  scope = effectScope();
  draft = useDraft();
});
afterEach(() => scope.stop());

function visit(scenario: string | null): Opening {
  address = scenario;
  const planner = {
    phase: ref('ready'),
    draft,
    param: () => address,
    setParam: ({ scenario: to }: { scenario: string | null }) => (address = to),
  } as unknown as Planner;
  return scope.run(() => useOpenScenario(planner)) as Opening;
}
const edited = (): string[] => draft.edits.value.map(({ id }) => id);

test('a link to another scenario asks before it drops unsaved changes', async () => {
  await draft.open('own');
  draft.change([put('unsaved')], { zh: '', en: '' });
  const opening = visit('other');
  await vi.waitFor(() => expect([opening.isAsking.value, opening.isOpen.value]).toEqual([true, false]));
  expect([asked, edited()]).toEqual([['own'], ['unsaved']]);

  opening.keep();
  expect([opening.isAsking.value, opening.isOpen.value, address, edited()]).toEqual([false, true, 'own', ['unsaved']]);
});

test('the linked scenario is opened when the planner discards the changes', async () => {
  draft.change([put('unsaved')], { zh: '', en: '' });
  const opening = visit('other');
  await vi.waitFor(() => expect(opening.isAsking.value).toBe(true));
  await opening.discard();
  expect([opening.isAsking.value, opening.isOpen.value, address, edited()]).toEqual([false, true, 'other', ['other']]);
});

test('unsaved changes are kept if the linked scenario cannot be opened', async () => {
  draft.change([put('unsaved')], { zh: '', en: '' });
  const opening = visit('gone');
  await opening.discard();
  expect([opening.isOpen.value, opening.failure.value, edited()]).toEqual([true, 'gone', ['unsaved']]);
});

test.each([
  { why: 'there are no unsaved changes', change: false, link: 'other', shows: ['other'] },
  { why: 'the changes belong to the linked scenario', change: true, link: 'own', shows: ['unsaved'] },
])('nothing is asked if $why', async ({ change, link, shows }) => {
  await draft.open('own');
  if (change) draft.change([put('unsaved')], { zh: '', en: '' });
  const opening = visit(link);
  await vi.waitFor(() => expect(opening.isOpen.value).toBe(true));
  expect([opening.isAsking.value, edited()]).toEqual([false, shows]);
});
