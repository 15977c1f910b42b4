// Browser tests with a real server and a real browser. `ONEMAP_BIN` is the program to start. If
// `ONEMAP_URL` is set, most tests use this running server, which must have the demo district.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['e2e/**/*.e2e.ts'],
    globalSetup: ['e2e/globalServer.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // While one file waits for a page or a server, another one computes. Files that write what others would notice
    // have a server of their own. More browsers than cores would only make each other wait, as they draw in software.
    maxWorkers: Math.min(4, availableParallelism()),
    maxConcurrency: 1,
  },
});
