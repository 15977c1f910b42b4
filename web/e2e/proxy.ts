// A reverse proxy that publishes the service under a path, like nginx with the configuration in the operations
// manual.
import { createServer, request, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';

/** `taken`: the proxy removes the public path from requests. `left`: it passes the path on. */
export type PathHandling = 'taken' | 'left';

export class Proxy {
  /** Requested paths outside of the public path. Tests expect none. */
  readonly astray: string[] = [];
  /** The public address of the service. */
  url = '';
  private target = '';
  private pulled = false;
  private readonly server: HttpServer;

  constructor(
    private readonly path: string,
    private readonly handling: PathHandling,
  ) {
    this.server = createServer((from, to) => this.pass(from, to));
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const address = this.server.address();
    if (address && typeof address === 'object') this.url = `http://127.0.0.1:${address.port}${this.path}`;
    return this;
  }

  /** Sets the address of the service. */
  lead(to: string): void {
    this.target = to;
  }

  /** Cuts all connections. */
  pull(): void {
    this.pulled = true;
    this.server.closeAllConnections();
  }

  mend(): void {
    this.pulled = false;
  }

  async close(): Promise<void> {
    this.pull();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private pass(from: IncomingMessage, to: ServerResponse): void {
    const asked = from.url ?? '/';
    if (this.pulled) {
      from.destroy();
      return;
    }
    if (asked !== this.path && !asked.startsWith(`${this.path}/`) && !asked.startsWith(`${this.path}?`)) {
      this.astray.push(asked);
      to.writeHead(404).end();
      return;
    }
    const own = this.handling === 'left' ? asked : asked.slice(this.path.length);
    const { hostname, port } = new URL(this.target);
    const { host } = new URL(this.url);
    const onward = request(
      {
        hostname,
        port,
        method: from.method,
        path: own.startsWith('/') ? own : `/${own}`,
        headers: {
          ...from.headers,
          host,
          'x-forwarded-for': '203.0.113.9',
          'x-forwarded-host': host,
          'x-forwarded-proto': 'http',
        },
      },
      (answer) => {
        to.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(to);
      },
    );
    onward.on('error', () => to.destroy());
    to.on('close', () => onward.destroy());
    from.pipe(onward);
  }
}
