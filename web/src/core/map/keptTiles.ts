// Tiles that outlive their server. A map whose tile can't be fetched anew draws nothing in its place; a wall must
// not go blank because a database moves house. So the newest answers are kept, up to a bound, and shown until there
// is a newer one. The page says elsewhere how old its data are.
import { addProtocol } from 'maplibre-gl';

const SCHEME = 'kept';
/** What the kept tiles may weigh together; bytes. */
const MOST = 48 * 1024 * 1024;

/** Answers by address, the least recently used first; at most `most` bytes of them. */
export class Shelf {
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

/** The addresses under which tiles are kept. */
export function keepTiles(tiles: string[]): string[] {
  if (!registered) {
    registered = true;
    const shelf = new Shelf(MOST);
    addProtocol(SCHEME, async ({ url }, { signal }) => {
      const address = url.slice(SCHEME.length + 3);
      try {
        const response = await fetch(address, { signal });
        if (!response.ok) throw new Error(`tile: HTTP ${response.status}`);
        const data = await response.arrayBuffer();
        shelf.put(address, data.slice(0));
        return {
          data,
          cacheControl: response.headers.get('cache-control') ?? '',
          expires: response.headers.get('expires') ?? '',
        };
      } catch (error) {
        const data = signal.aborted ? undefined : shelf.get(address);
        if (!data) throw error;
        return { data: data.slice(0) };
      }
    });
  }
  return tiles.map((tile) => `${SCHEME}://${tile}`);
}
