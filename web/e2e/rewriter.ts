// A proxy between browser and server that can change and delay answers.
import { createServer, request, type Server as HttpServer } from 'node:http';

export class Rewriter {
  url = '';
  /** Returns the new body of an answer, or null to leave it unchanged. */
  rewrite: (path: string, body: string) => string | null = () => null;
  /** The delay of an answer in milliseconds. */
  delay: (path: string) => number = () => 0;
  private pulled = false;
  private readonly server: HttpServer;

  constructor(target: string) {
    const { hostname, port } = new URL(target);
    this.server = createServer((from, to) => {
      if (this.pulled) {
        from.socket.destroy();
        return;
      }
      // Asks for an answer without compression, so that its body can be read.
      const headers = { ...from.headers, 'accept-encoding': 'identity' };
      const passed = request({ hostname, port, path: from.url, method: from.method, headers }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('end', () => {
          const body = Buffer.concat(pieces);
          const other = this.rewrite(from.url ?? '/', body.toString('utf8'));
          const sent = other === null ? body : Buffer.from(other);
          const { etag: _, 'content-length': __, 'transfer-encoding': ___, ...kept } = answer.headers;
          setTimeout(
            () => {
              to.writeHead(answer.statusCode ?? 502, { ...kept, 'content-length': sent.length });
              to.end(sent);
            },
            this.delay(from.url ?? '/'),
          );
        });
      });
      passed.on('error', () => from.socket.destroy());
      from.pipe(passed);
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const address = this.server.address();
    if (address && typeof address === 'object') this.url = `http://127.0.0.1:${address.port}`;
    return this;
  }

  /** Cuts all connections. */
  pull(): void {
    this.pulled = true;
    this.server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.pull();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
