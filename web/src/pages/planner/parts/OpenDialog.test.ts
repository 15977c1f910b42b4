// @vitest-environment happy-dom
import { createApp, nextTick } from 'vue';
import { expect, test, vi } from 'vitest';
import { sayKey } from '../say';
import { useDraft } from '../useDraft';
import { plannerKey, type Planner } from '../usePlanner';
import OpenDialog from './OpenDialog.vue';

vi.mock('../client', async (original) => ({
  ...(await original<typeof import('../client')>()),
  scenarios: () => Promise.resolve([]),
}));

test('a new scenario drops unsaved changes only after a second click', async () => {
  sessionStorage.clear();
  const draft = useDraft();
  const onClose = vi.fn();
  const app = createApp(OpenDialog, { onClose })
    .provide(plannerKey, { draft } as Planner)
    .provide(sayKey, () => {});
  app.mount(document.body);
  const click = async (): Promise<void> => {
    document.querySelector<HTMLElement>('[data-new]')?.click();
    await nextTick();
  };
  draft.change([{ collection: 'pocket_parks', id: 'a', op: 'put' }], { zh: '', en: '' });
  await vi.waitFor(() => expect(document.querySelector('[data-new]')).not.toBeNull());
  await click();
  expect([draft.edits.value.length, onClose.mock.calls.length]).toEqual([1, 0]);
  expect(document.body.textContent).toContain('新建方案后，这些改动将丢失');
  await click();
  expect([draft.edits.value.length, onClose.mock.calls.length]).toEqual([0, 1]);
  app.unmount();
});
