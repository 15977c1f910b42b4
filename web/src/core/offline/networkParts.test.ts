import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Manifest, PartName } from '@/core/engine/engine';
import { kept, MOST_BYTES, PartGone, partsOf, refresh, TooLarge, type Source } from './networkParts';
import { storageInMemory } from './phoneStorage';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A server with one text for each part. It counts what is loaded. */
class Server implements Source {
  loaded: PartName[] = [];

  constructor(public texts: Record<PartName, string>) {}

  private bytes(name: PartName): Uint8Array {
    return new TextEncoder().encode(this.texts[name]);
  }

  private get names(): PartName[] {
    return Object.keys(this.texts) as PartName[];
  }

  async manifest(): Promise<Manifest> {
    const parts = Object.fromEntries(
      this.names.map((name) => [name, { hash: sha256(this.bytes(name)), bytes: this.bytes(name).length }]),
    );
    return { format: 1, parts } as unknown as Manifest;
  }

  async part(hash: string): Promise<Uint8Array> {
    const name = this.names.find((one) => sha256(this.bytes(one)) === hash);
    if (!name) throw new PartGone(hash);
    this.loaded.push(name);
    return this.bytes(name);
  }
}

const texts = (): Record<PartName, string> => ({
  topology: 'edges',
  geometry: 'lines',
  attributes: 'hours',
  directory: 'names',
});

test('only parts that changed are loaded, and parts that are not used are removed', async () => {
  const storage = storageInMemory();
  const server = new Server(texts());
  expect(await kept(storage)).toBeNull();
  expect((await refresh(storage, server)).loaded).toBe(20);
  expect(server.loaded.toSorted()).toEqual(['attributes', 'directory', 'geometry', 'topology']);

  server.loaded = [];
  server.texts = { ...server.texts, attributes: 'other hours' };
  const second = await refresh(storage, server, () => new Date('2026-11-29T04:00:00Z'));
  expect([server.loaded, second.loaded]).toEqual([['attributes'], 11]);
  expect(second.checked_at).toBe('2026-11-29T04:00:00.000Z');
  const now = await kept(storage);
  expect(now?.checked_at).toBe(second.checked_at);
  const parts = now && (await partsOf(storage, now.manifest));
  expect(new TextDecoder().decode(parts?.attributes)).toBe('other hours');
  expect((await storage.ids('network')).length).toBe(5);
  expect((await refresh(storage, server)).loaded).toBe(0);
});

test('a damaged part is not stored, and the data before it stays', async () => {
  const storage = storageInMemory();
  const server = new Server(texts());
  const first = await refresh(storage, server);
  server.texts = { ...server.texts, directory: 'new names', geometry: 'new lines' };
  const whole = server.part.bind(server);
  for (const damage of [
    (bytes: Uint8Array) => bytes.slice(1),
    (bytes: Uint8Array) => bytes.map((b, i) => (i === 3 ? b ^ 1 : b)),
  ]) {
    server.part = async (hash) => damage(await whole(hash));
    await expect(refresh(storage, server)).rejects.toThrow(/expected/);
    expect((await kept(storage))?.manifest).toEqual(first.manifest);
    expect(await partsOf(storage, first.manifest)).not.toBeNull();
  }
  // After an interrupted download, only the missing parts are loaded.
  server.loaded = [];
  server.part = async (hash) => {
    if (server.loaded.length > 0) throw new Error('no network');
    return whole(hash);
  };
  await expect(refresh(storage, server)).rejects.toThrow('no network');
  server.part = whole;
  expect((await refresh(storage, server)).loaded).toBeGreaterThan(0);
  expect(server.loaded.toSorted()).toEqual(['directory', 'geometry']);
});

test('if the map changes during the download, the new manifest is loaded once', async () => {
  const storage = storageInMemory();
  const server = new Server(texts());
  const old = await server.manifest();
  server.texts = { ...server.texts, topology: 'more edges' };
  const current = server.manifest.bind(server);
  let asked = 0;
  server.manifest = async () => {
    asked += 1;
    return asked === 1 ? old : current();
  };
  expect((await refresh(storage, server)).manifest).toEqual(await current());
  server.manifest = async () => old;
  await expect(refresh(storage, server)).rejects.toThrow(PartGone);
});

test('a map that is too large is refused before its parts are loaded', async () => {
  const server = new Server(texts());
  const manifest = await server.manifest();
  manifest.parts.geometry.bytes = MOST_BYTES + 1;
  server.manifest = async () => manifest;
  await expect(refresh(storageInMemory(), server)).rejects.toThrow(TooLarge);
  expect(server.loaded).toEqual([]);
});

test('stored data with a missing part is not used', async () => {
  const storage = storageInMemory();
  const { manifest } = await refresh(storage, new Server(texts()));
  await storage.delete('network', manifest.parts.geometry.hash);
  expect([await kept(storage), await partsOf(storage, manifest)]).toEqual([null, null]);
});
