// Starts the program and reads its output.
import { spawn, execFile, type ChildProcess } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Server {
  url: string;
  /** The admin token of the first start. */
  token: string;
  /** Runs another command of the program on the same database and returns its output. */
  command: (...args: string[]) => Promise<string>;
  /** Writes a copy of the database and of the admin token to a folder. */
  copyTo: (folder: string) => Promise<void>;
  /** Creates a token with the options of `onemap token create` and returns it. */
  createToken: (...options: string[]) => Promise<string>;
  /**
   * Stops the server and starts it again with the same address and database; `between` runs while it is
   * stopped.
   */
  restart: (between?: () => Promise<void>) => Promise<void>;
  stop: () => Promise<void>;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object'
          ? resolve(address.port)
          : reject(new Error('found no free port on 127.0.0.1')),
      );
    });
  });
}

/** The files of a new database. */
const FILES = ['onemap.db', 'onemap.db.admin-token'];

/** The environment variable with the folder of a database that has the demo district. */
const PREPARED = 'ONEMAP_E2E_PREPARED';

/**
 * Writes a copy of the database of a server that has just loaded the demo district. Later servers
 * with the demo district begin with this copy, because the debug build needs many times as long to
 * load the district as to copy it.
 */
export async function prepareDemo(server: Server): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'onemap-e2e-demo-'));
  await server.copyTo(folder);
  process.env[PREPARED] = folder;
  return () => rm(folder, { recursive: true, force: true });
}

/** Starts `onemap serve` on a free port with a new database. Resolves when it is ready. */
export async function startServer(...options: string[]): Promise<Server> {
  const program = process.env['ONEMAP_BIN'];
  if (!program)
    throw new Error('ONEMAP_BIN is not set. Set it to the built program, or ONEMAP_URL to a running server.');
  const folder = await mkdtemp(join(tmpdir(), 'onemap-e2e-'));
  const prepared = process.env[PREPARED];
  if (prepared && options.includes('--demo'))
    for (const file of FILES) await copyFile(join(prepared, file), join(folder, file));
  const database = `sqlite:${join(folder, 'onemap.db')}`;
  const url = `http://127.0.0.1:${await freePort()}`;
  let child = await run(
    program,
    ['serve', '--create', '--listen', url.slice(7), '--database', database, ...options],
    url,
  );
  const command = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(program, [...args, '--database', database]);
    return stdout;
  };
  return {
    url,
    token: (await readFile(join(folder, 'onemap.db.admin-token'), 'utf8')).trim(),
    command,
    async copyTo(other) {
      const [data = '', token = ''] = FILES;
      await command('backup', join(other, data));
      await copyFile(join(folder, token), join(other, token));
    },
    async createToken(...options) {
      const token = /\bom_[0-9a-f]+\b/.exec(await command('token', 'create', ...options))?.[0];
      if (!token) throw new Error('onemap token create printed no token');
      return token;
    },
    async restart(between) {
      await end(child);
      await between?.();
      child = await run(
        program,
        ['serve', '--create', '--listen', url.slice(7), '--database', database, ...options],
        url,
      );
    },
    async stop() {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when the route network is built. Before that, planning answers 503. */
export async function networkReady(url: string, token: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(`${url}/api/plan/coverage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ standard: 'aed_4', limit: 0 }),
    });
    if (answer.status !== 503) return;
    if (Date.now() > deadline) throw new Error('the route network is not built after 60 s');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Starts the program. Resolves when it is ready. */
async function run(program: string, args: string[], url: string): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (said += piece.toString()));

  // The debug build loads the demo district in 20 s, and in several times as long on a busy machine.
  const deadline = Date.now() + 240_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`onemap ended with exit code ${child.exitCode}:\n${said}`);
    const ready = await fetch(`${url}/health/ready`).catch(() => null);
    if (ready?.ok) return child;
    if (Date.now() > deadline) {
      await end(child);
      throw new Error(`onemap is not ready after 240 s:\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) {
      resolve();
      return;
    }
    const hard = setTimeout(() => child.kill('SIGKILL'), 5000);
    child.once('exit', () => {
      clearTimeout(hard);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
