import { expect, test } from 'vitest';
import { blockedBy, UploadQueue, type Attempt, type Uploader, type Entry, type EntryPhoto } from './uploadQueue';
import { storageInMemory } from './phoneStorage';

/** A fake server that gives the prepared answers and records the requests. */
function uploader(
  answer: (entry: Entry) => Attempt = () => ({ outcome: 'taken', result: 'yes' }),
): Uploader & { got: string[] } {
  const got: string[] = [];
  return {
    got,
    photo: async () => ({
      outcome: 'taken',
      result: { id: `photo-${got.push('photo')}`, claim: 'c', width: 1, height: 1 },
    }),
    step: async (entry) => {
      got.push(`${entry.case}:${entry.action}`);
      return answer(entry);
    },
  };
}

const step = (
  case_: string | null,
  action: Entry['action'],
  photos: EntryPhoto[] = [],
  account: string | null = 'li',
) => ({
  account,
  case: case_,
  action,
  body: {},
  photos,
});

test('steps are sent in the order in which they were made', async () => {
  const to = uploader();
  const outbox = new UploadQueue(storageInMemory(), to);
  for (const action of ['start', 'handle'] as const) await outbox.add(step('w-1', action));
  await outbox.add(step('w-2', 'return'));
  expect(await outbox.run('li')).toBe('none');
  expect(to.got).toEqual(['w-1:start', 'w-1:handle', 'w-2:return']);
  expect((await outbox.entries()).map((e) => e.state)).toEqual(['sent', 'sent', 'sent']);
});

test('without a network all steps wait and are sent later with the same keys', async () => {
  const storage = storageInMemory();
  const away = new UploadQueue(
    storage,
    uploader(() => ({ outcome: 'later', after_ms: 4000 })),
  );
  await away.add(step('w-1', 'start'));
  await away.add(step('w-2', 'start'));
  expect(await away.run('li')).toBe('network');
  expect(away.pause_ms).toBe(4000);
  const keys = (await away.entries()).map((e) => e.key);

  // A new page with the same storage: nothing was lost by the reload.
  const sent: string[] = [];
  const back = new UploadQueue(
    storage,
    uploader((entry) => {
      sent.push(entry.key);
      return { outcome: 'taken', result: null };
    }),
  );
  expect(await back.run('li')).toBe('none');
  expect(sent).toEqual(keys);
});

test('a refused step holds back only the later steps of its case', async () => {
  let refuse = true;
  const to = uploader((entry) =>
    refuse && entry.action === 'start'
      ? { outcome: 'refused', refusal: { status: 409, detail: 'It is parked.', allowed: [] } }
      : { outcome: 'taken', result: null },
  );
  const outbox = new UploadQueue(storageInMemory(), to);
  const first = await outbox.add(step('w-1', 'start'));
  const second = await outbox.add(step('w-1', 'handle'));
  await outbox.add(step('w-2', 'verify'));
  expect(await outbox.run('li')).toBe('none');
  expect(to.got).toEqual(['w-1:start', 'w-2:verify']);
  expect(blockedBy(second, await outbox.entries())?.refusal?.detail).toBe('It is parked.');

  refuse = false;
  await outbox.retry(first.id);
  await outbox.run('li');
  expect(to.got.slice(2)).toEqual(['w-1:start', 'w-1:handle']);
});

test('dropping a refused step releases the later ones', async () => {
  const to = uploader((entry) =>
    entry.action === 'start'
      ? { outcome: 'refused', refusal: { status: 409, detail: '', allowed: [] } }
      : { outcome: 'taken', result: null },
  );
  const outbox = new UploadQueue(storageInMemory(), to);
  const first = await outbox.add(step('w-1', 'start'));
  await outbox.add(step('w-1', 'handle'));
  await outbox.run('li');
  await outbox.drop(first.id);
  await outbox.run('li');
  expect((await outbox.entries()).map((e) => [e.action, e.state])).toEqual([['handle', 'sent']]);
});

test('a photo is uploaded once before its step and deleted with it', async () => {
  const storage = storageInMemory();
  await storage.put('photos', { id: 'p', blob: new Blob(['x']) } as { id: string });
  let network = false;
  const to = uploader(() => (network ? { outcome: 'taken', result: null } : { outcome: 'later' }));
  const outbox = new UploadQueue(storage, to);
  await outbox.add(step('w-1', 'handle', [{ local: 'p', kind: 'after' }]));
  await outbox.run('li');
  network = true;
  await outbox.run('li');
  expect(to.got).toEqual(['photo', 'w-1:handle', 'w-1:handle']);
  expect((await outbox.entries())[0]?.photos).toMatchObject([
    { local: 'p', kind: 'after', remote: 'photo-1', claim: 'c' },
  ]);
  expect(await storage.all('photos')).toEqual([]);
});

test('a step is the same at each attempt, however late', async () => {
  let now = new Date('2026-11-22T06:00:00Z');
  const tried: (string | undefined)[] = [];
  const to = uploader((entry) => {
    tried.push(entry.tried_at);
    return { outcome: 'later' };
  });
  const outbox = new UploadQueue(storageInMemory(), to, undefined, () => now);
  await outbox.add(step('w-1', 'start'));
  await outbox.run('li');
  now = new Date('2026-11-22T09:00:00Z');
  await outbox.run('li');
  expect(tried).toEqual(['2026-11-22T06:00:00.000Z', '2026-11-22T06:00:00.000Z']);
});

test('a photo whose step waited for a day is sent again', async () => {
  const storage = storageInMemory();
  await storage.put('photos', { id: 'p', blob: new Blob(['x']) } as { id: string });
  let now = new Date('2026-11-22T06:00:00Z');
  const to = uploader(() => ({ outcome: 'later' }));
  const outbox = new UploadQueue(storage, to, undefined, () => now);
  await outbox.add(step('w-1', 'handle', [{ local: 'p', kind: 'after' }]));
  await outbox.run('li');
  now = new Date('2026-11-23T06:00:00Z');
  await outbox.run('li');
  expect(to.got).toEqual(['photo', 'w-1:handle', 'photo', 'w-1:handle']);
});

test('steps of another account on this phone are not sent', async () => {
  const to = uploader();
  const outbox = new UploadQueue(storageInMemory(), to);
  await outbox.add(step('w-1', 'start', [], 'li'));
  await outbox.add(step('w-2', 'start', [], 'wang'));
  expect(await outbox.run('wang')).toBe('other_account');
  expect(to.got).toEqual(['w-2:start']);
});

test('sent steps stay in the list for a day', async () => {
  let now = new Date('2026-11-22T06:00:00Z');
  const outbox = new UploadQueue(storageInMemory(), uploader(), undefined, () => now);
  await outbox.add(step('w-1', 'start'));
  await outbox.run('li');
  now = new Date('2026-11-23T05:00:00Z');
  await outbox.run('li');
  expect(await outbox.entries()).toHaveLength(1);
  now = new Date('2026-11-23T07:00:00Z');
  await outbox.run('li');
  expect(await outbox.entries()).toHaveLength(0);
});
