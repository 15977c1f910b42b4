// The server with the demo district that most tests share.
import type { TestProject } from 'vitest/node';
import { prepareDemo, startServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    url: string;
    token: string;
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const running = process.env['ONEMAP_URL'];
  if (running) {
    project.provide('url', running.replace(/\/$/, ''));
    project.provide('token', process.env['ONEMAP_TOKEN'] ?? '');
    return undefined;
  }
  const server = await startServer('--demo');
  project.provide('url', server.url);
  project.provide('token', server.token);
  const forget = await prepareDemo(server);
  return async () => {
    await server.stop();
    await forget();
  };
}
