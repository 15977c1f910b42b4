// A TCP relay between browser and server. `pull` cuts all connections, to simulate a network
// failure.
import { connect, createServer, type Server as NetServer, type Socket } from 'node:net';

export class Cable {
  private readonly sockets = new Set<Socket>();
  private pulled = false;
  private relay: NetServer | null = null;
  url = '';

  async plug(target: string): Promise<this> {
    const { hostname, port } = new URL(target);
    const relay = createServer((from) => {
      if (this.pulled) {
        from.destroy();
        return;
      }
      const to = connect(Number(port), hostname);
      for (const [a, b] of [
        [from, to],
        [to, from],
      ] as const) {
        this.sockets.add(a);
        a.pipe(b);
        a.on('error', () => b.destroy());
        a.on('close', () => {
          this.sockets.delete(a);
          b.destroy();
        });
      }
    });
    this.relay = relay;
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const address = relay.address();
    if (address && typeof address === 'object') this.url = `http://127.0.0.1:${address.port}`;
    return this;
  }

  pull(): void {
    this.pulled = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.pulled = false;
  }

  async unplug(): Promise<void> {
    this.pull();
    await new Promise((resolve) => this.relay?.close(resolve));
  }
}
