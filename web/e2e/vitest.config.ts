// Browser tests with a real server and a real browser. `ONEMAP_BIN` is the program to start. If
// `ONEMAP_URL` is set, most tests use this running server, which must have the demo district.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['e2e/**/*.e2e.ts'],
    globalSetup: ['e2e/globalServer.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Files run one after the other: the browser renders in software, so parallel runs would be
    // slower.
    fileParallelism: false,
    maxConcurrency: 1,
  },
});
