import { expect, test, vi } from 'vitest';

vi.mock('maplibre-gl', () => ({ addProtocol: vi.fn() }));
const { Shelf } = await import('./keptTiles');

test('the tile cache keeps the last used tiles within its limit', () => {
  const shelf = new Shelf(30);
  for (const name of ['a', 'b', 'c']) shelf.put(name, new ArrayBuffer(10));
  shelf.get('a');
  shelf.put('d', new ArrayBuffer(10));
  expect(['a', 'b', 'c', 'd'].filter((name) => shelf.get(name))).toEqual(['a', 'c', 'd']);
  shelf.put('a', new ArrayBuffer(5));
  shelf.put('e', new ArrayBuffer(5));
  expect(shelf.get('c')?.byteLength).toBe(10);
  shelf.put('huge', new ArrayBuffer(31));
  expect(shelf.get('huge')).toBeUndefined();
});
