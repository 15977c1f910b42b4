import { expect, test, vi } from 'vitest';
import { beginPatrol, byUse, dropPatrol, hasPatrol, PATROL } from './patrolDraft';
import { phoneStorage } from '@/core/offline/phoneStorage';

vi.mock('@/core/photo/shrink', () => ({ shrink: async (file: Blob) => file }));

test('the most used category comes first, the others in the usual order', () => {
  const all = ['micro_wish', 'other', 'corridor_clutter', 'tree', 'street_encroachment'];
  expect(byUse(all, { street_encroachment: 2, other: 1 })).toEqual([
    'street_encroachment',
    'other',
    'corridor_clutter',
    'tree',
    'micro_wish',
  ]);
  expect(byUse([], {})[0]).toBe('corridor_clutter');
});

test('a report begins with a photo and is dropped with it', async () => {
  expect(await hasPatrol()).toBe(false);
  await beginPatrol(new Blob(['picture']));
  expect(await hasPatrol()).toBe(true);
  const storage = await phoneStorage();
  expect(await storage.ids('photos')).toHaveLength(1);
  await dropPatrol();
  expect([await hasPatrol(), await storage.ids('photos')]).toEqual([false, []]);
  const place = { at: [117, 39], house: null, near: '', grid: '', isChosen: false };
  const value = { photos: [], category: '', note: '', place };
  await storage.put('drafts', { id: PATROL, value } as { id: string });
  expect(await hasPatrol()).toBe(false);
});
