// @vitest-environment happy-dom
import { computed, createApp, nextTick, ref } from 'vue';
import { expect, test, vi } from 'vitest';
import { bodyOf, questionAt } from '../question';
import type { SitingJob, Week } from '../types';
import { plannerKey, type Planner } from '../usePlanner';
import WeekCoverage from './WeekCoverage.vue';

const week: Week = {
  hours: Array.from({ length: 168 }, (_, i) => ({
    at: new Date(Date.parse('2026-11-25T00:30:00+08:00') + i * 3_600_000).toISOString(),
    share: i / 168,
  })),
  worst: { at: '2026-11-25T00:30:00+08:00', share: 0 },
  best: { at: '2026-12-01T23:30:00+08:00', share: 1 },
  mean_share: 0.5,
  by: [],
} as unknown as Week;
vi.mock('../client', () => ({
  startWeek: () => Promise.resolve({ id: 'job' }),
  followJob: (_: string, heard: (job: SitingJob<Week>) => void) => {
    heard({ id: 'job', state: 'done', result: week } as unknown as SitingJob<Week>);
    return () => {};
  },
  hasEnded: () => true,
}));

test('the week stays for its own hours, and is dropped for a moment in another week', async () => {
  const at = ref('2026-11-25T10:00');
  const question = computed(() => questionAt({ at: at.value }, 0));
  const planner = {
    question,
    body: computed(() => bodyOf(question.value, [])),
    ask: (change: { at?: string }) => (at.value = change.at ?? at.value),
  } as unknown as Planner;
  const room = document.createElement('div');
  const app = createApp(WeekCoverage).provide(plannerKey, planner);
  app.mount(room);
  const hours = (): number => room.querySelectorAll('[data-hour]').length;
  room.querySelector('button')?.click();
  await vi.waitFor(() => expect(hours()).toBe(168));

  room.querySelector<HTMLElement>('[data-hour^="2026-12-01T23"]')?.click();
  await nextTick();
  expect([at.value.slice(0, 13), hours()]).toEqual(['2026-12-01T23', 168]);
  at.value = '2026-12-02T10:00';
  await nextTick();
  expect(hours()).toBe(0);
  app.unmount();
});
