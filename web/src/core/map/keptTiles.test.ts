import { expect, test, vi } from 'vitest';

vi.mock('maplibre-gl', () => ({ addProtocol: vi.fn() }));
const { TileCache } = await import('./keptTiles');

test('the tile cache keeps the last used tiles within its limit', () => {
  const cache = new TileCache(30);
  for (const name of ['a', 'b', 'c']) cache.put(name, new ArrayBuffer(10));
  cache.get('a');
  cache.put('d', new ArrayBuffer(10));
  expect(['a', 'b', 'c', 'd'].filter((name) => cache.get(name))).toEqual(['a', 'c', 'd']);
  cache.put('a', new ArrayBuffer(5));
  cache.put('e', new ArrayBuffer(5));
  expect(cache.get('c')?.byteLength).toBe(10);
  cache.put('huge', new ArrayBuffer(31));
  expect(cache.get('huge')).toBeUndefined();
});
