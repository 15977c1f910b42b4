import { createHash } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { EngineError } from '@/core/offline/engineHost';
import type { Ask } from '@/core/offline/engineMessages';
import { storageInMemory } from '@/core/offline/phoneStorage';
import { askPhone, state, update } from './networkData';

const storage = { ...storageInMemory(), lasting: true };
vi.mock('@/core/offline/phoneStorage', async (original) => ({
  ...(await original<typeof import('@/core/offline/phoneStorage')>()),
  networkStorage: () => Promise.resolve(storage),
}));
vi.mock('@/core/engine/engine.wasm?url', () => ({ default: '/engine.wasm' }));
vi.mock('@/core/offline/engine.worker?worker&url', () => ({ default: '/engine.worker.js' }));

const texts = { topology: 'edges', geometry: 'lines', attributes: 'hours', directory: 'names' };
/** The engine reads exactly the undamaged parts. */
vi.mock('@/core/offline/engineHost', async (original) => {
  class EngineHost {
    async ask(ask: Ask): Promise<unknown> {
      if (ask.ask === 'open')
        for (const [name, bytes] of Object.entries(ask.parts))
          if (new TextDecoder().decode(bytes) !== texts[name as keyof typeof texts])
            throw new EngineError(`cannot read ${name}`);
      return 'answer';
    }
    close(): void {}
  }
  return { ...(await original<typeof import('@/core/offline/engineHost')>()), EngineHost };
});

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const requests: string[] = [];
vi.stubGlobal('navigator', {});
vi.stubGlobal('Worker', vi.fn());
vi.stubGlobal('fetch', async (input: Request | string): Promise<Response> => {
  const path = typeof input === 'string' ? input : new URL(input.url).pathname;
  requests.push(path);
  const part = Object.values(texts).find((text) => path.endsWith(hashOf(text)));
  if (part) return new Response(part);
  if (path.endsWith('/api/network')) {
    const parts = Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [name, { hash: hashOf(text), bytes: text.length }]),
    );
    return Response.json({ format: 1, parts });
  }
  // The smallest WebAssembly module.
  return new Response(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
});

test('a part that was damaged on the phone is loaded again after the engine cannot read it', async () => {
  await update();
  expect(state.value).toBe('ready');
  const damaged = hashOf(texts.geometry);
  await storage.put('network', { id: damaged, bytes: new TextEncoder().encode('lime!') } as { id: string });
  const question = { ask: 'search', text: '3号楼', limit: 5 } as const;
  await expect(askPhone<'search'>(question)).rejects.toThrow('cannot read geometry');
  expect(state.value).toBe('none');

  requests.length = 0;
  await update();
  expect(state.value).toBe('ready');
  // Undamaged parts are not loaded a second time.
  expect(requests.filter((path) => path.includes('/parts/'))).toEqual([`/api/network/parts/${damaged}`]);
  expect(await askPhone<'search'>(question)).toBe('answer');
});
