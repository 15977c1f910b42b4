// Browser tests with one real server and one real browser. `ONEMAP_BIN` is the program to start; `ONEMAP_URL`
// is a running server with the demo district.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['e2e/**/*.e2e.ts'],
    globalSetup: ['e2e/globalServer.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The browser renders in software, so two at a time would be slower.
    fileParallelism: false,
    maxConcurrency: 1,
  },
});
