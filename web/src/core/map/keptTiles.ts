// Caches tiles for use while the server is unreachable. MapLibre draws nothing in place of a tile
// that cannot be loaded, and a wall screen must not become blank while the server is being
// maintained. The tiles that were used last are cached and shown if a request for a tile fails.
// The page shows elsewhere how old its data is.
import { addProtocol } from 'maplibre-gl';

const SCHEME = 'kept';
/** The size of the cache, in bytes. */
const MOST = 48 * 1024 * 1024;

/** Answers by address, the least recently used first, with at most `most` bytes. */
export class TileCache {
  private readonly kept = new Map<string, ArrayBuffer>();
  private weight = 0;

  constructor(private readonly most: number) {}

  put(url: string, data: ArrayBuffer): void {
    this.take(url);
    this.kept.set(url, data);
    this.weight += data.byteLength;
    for (const [oldest] of this.kept) {
      if (this.weight <= this.most) break;
      this.take(oldest);
    }
  }

  get(url: string): ArrayBuffer | undefined {
    const data = this.take(url);
    if (data) {
      this.kept.set(url, data);
      this.weight += data.byteLength;
    }
    return data;
  }

  private take(url: string): ArrayBuffer | undefined {
    const data = this.kept.get(url);
    if (data) this.weight -= data.byteLength;
    this.kept.delete(url);
    return data;
  }
}

let registered = false;

/** Converts tile addresses to ones that use the cache. */
export function keepTiles(tiles: string[]): string[] {
  if (!registered) {
    registered = true;
    const cache = new TileCache(MOST);
    addProtocol(SCHEME, async ({ url }, { signal }) => {
      const address = url.slice(SCHEME.length + 3);
      try {
        const response = await fetch(address, { signal });
        if (!response.ok) throw new Error(`Cannot load the tile ${address}: HTTP ${response.status}`);
        const data = await response.arrayBuffer();
        cache.put(address, data.slice(0));
        return {
          data,
          cacheControl: response.headers.get('cache-control') ?? '',
          expires: response.headers.get('expires') ?? '',
        };
      } catch (error) {
        const data = signal.aborted ? undefined : cache.get(address);
        if (!data) throw error;
        return { data: data.slice(0) };
      }
    });
  }
  return tiles.map((tile) => `${SCHEME}://${tile}`);
}
