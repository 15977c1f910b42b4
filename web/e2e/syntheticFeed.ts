// A proxy that answers requests for open warnings and for the feed with synthetic data, and passes
// all other requests to the server. Tests use it to send a wall screen thousands of cases and the
// steps of a whole night within a minute.
import { createServer, request, type Server as HttpServer, type ServerResponse } from 'node:http';

const LEVELS = ['red', 'yellow', 'yellow', 'green'];
const CATEGORIES = [
  'street_encroachment',
  'corridor_clutter',
  'flying_wire_charging',
  'blocked_route',
  'damaged_facility',
];

export class SyntheticFeed {
  url = '';
  /** The commit number of the last event. */
  seq = 1_000_000;
  private readonly listeners = new Set<ServerResponse>();
  private server: HttpServer | null = null;
  private readonly grids: string[];

  constructor(
    private readonly target: string,
    private readonly cases: number,
    grids: string[],
  ) {
    this.grids = grids;
  }

  feature(i: number, seq: number, level = LEVELS[i % LEVELS.length]): object {
    const since = new Date(Date.UTC(2026, 10, 1) + ((i * 7919 + seq) % 1_700_000) * 1000).toISOString();
    return {
      type: 'Feature',
      id: `w-${i}`,
      geometry: {
        type: 'Point',
        coordinates: [117.118 + ((i * 37) % 1000) * 3e-5, 39.213 + ((i * 91) % 1000) * 1.5e-5],
      },
      properties: {
        category: CATEGORIES[i % CATEGORIES.length],
        level,
        status: 'filed',
        since,
        reported_at: since,
        grid: this.grids[i % this.grids.length],
        place: `第${i}处`,
        reason: { zh: `黄色：第${i}处 ${seq}`, en: `yellow: place ${i} ${seq}` },
      },
      seq,
      updated_at: since,
    };
  }

  /** Sends one change of one case to all connected feeds. */
  step(i: number, level?: string): void {
    this.seq += 1;
    const change = { collection: 'warnings', id: `w-${i}`, kind: 'put', feature: this.feature(i, this.seq, level) };
    const event = `id: ${this.seq}\nevent: change\ndata: ${JSON.stringify({ seq: this.seq, at: new Date().toISOString(), changes: [change] })}\n\n`;
    for (const listener of this.listeners) listener.write(event);
  }

  async start(): Promise<this> {
    const { hostname, port } = new URL(this.target);
    const server = createServer((asked, answer) => {
      if (asked.url?.startsWith('/api/events')) {
        answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
        answer.write(': here\n\n');
        this.listeners.add(answer);
        answer.on('close', () => this.listeners.delete(answer));
        return;
      }
      if (asked.url?.startsWith('/api/warnings?open=true')) {
        answer.writeHead(200, { 'content-type': 'application/geo+json' });
        answer.end(
          JSON.stringify({
            type: 'FeatureCollection',
            features: Array.from({ length: this.cases }, (_, i) => this.feature(i, 1)),
            links: [],
          }),
        );
        return;
      }
      const onward = request(
        { hostname, port, path: asked.url, method: asked.method, headers: asked.headers },
        (from) => {
          answer.writeHead(from.statusCode ?? 502, from.headers);
          from.pipe(answer);
        },
      );
      onward.on('error', () => answer.destroy());
      asked.pipe(onward);
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address && typeof address === 'object') this.url = `http://127.0.0.1:${address.port}`;
    return this;
  }

  async stop(): Promise<void> {
    for (const listener of this.listeners) listener.destroy();
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}
