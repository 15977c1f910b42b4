// Browser tests: one real server, one real browser. `ONEMAP_BIN` is the program to start, or `ONEMAP_URL` one
// that runs already with the demo district.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['e2e/**/*.e2e.ts'],
    globalSetup: ['e2e/globalServer.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One browser draws in software; two at a time would only be slower.
    fileParallelism: false,
    maxConcurrency: 1,
  },
});
