import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { FORMAT, type Manifest, openEngine, PART_NAMES, type Parts } from './engine';

// tests/offline.rs compares the answers of this program with those of the server.
let module: WebAssembly.Module;

beforeAll(async () => {
  const file = fileURLToPath(new URL('./engine.wasm', import.meta.url));
  module = await WebAssembly.compile(new Uint8Array(await readFile(file)));
});

const hashOf = async (bytes: Uint8Array): Promise<string> => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.slice()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
};

/** A network file whose parts have the hashes of the manifest, but contain no valid data. */
async function file(): Promise<{ manifest: Manifest; parts: Parts }> {
  const bytes = new TextEncoder().encode('no part of a network file');
  const part = { hash: await hashOf(bytes), bytes: bytes.length };
  const all = <T>(value: T): Record<(typeof PART_NAMES)[number], T> =>
    Object.fromEntries(PART_NAMES.map((name) => [name, value])) as Record<(typeof PART_NAMES)[number], T>;
  const moment = '2026-11-30T00:00:00Z';
  const manifest = { format: FORMAT, seq: 1, network_seq: 1, built_at: moment, known_until: moment, parts: all(part) };
  return { manifest, parts: all(bytes) };
}

describe('the network file', () => {
  it('is not opened if a part differs from its hash in the manifest', async () => {
    const { manifest, parts } = await file();
    const changed = { ...parts, geometry: new Uint8Array([1, 2, 3]) };
    await expect(openEngine(module, manifest, changed)).rejects.toThrow('part geometry of the network file is damaged');
  });

  it('is not opened if it has another format', async () => {
    const { manifest, parts } = await file();
    await expect(openEngine(module, { ...manifest, format: 1 }, parts)).rejects.toThrow('format 1');
  });

  it('is not opened if its parts contain no valid data', async () => {
    const { manifest, parts } = await file();
    await expect(openEngine(module, manifest, parts)).rejects.toThrow('The network file is damaged');
  });
});
