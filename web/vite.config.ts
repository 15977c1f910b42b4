// How the pages are built: one small shell, a lazily loaded chunk for each page.
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { chunkNames } from './plugins/chunks.ts';
import { serviceWorker } from './plugins/serviceWorker.ts';

export default defineConfig({
  // Addresses in the page begin with `./`; the server puts its public path there.
  base: './',
  plugins: [vue(), serviceWorker()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2023',
    // maplibre-gl and swagger-ui are large, and are loaded only by the pages that use them.
    chunkSizeWarningLimit: 1600,
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: chunkNames(fileURLToPath(new URL('./src/router.ts', import.meta.url))) }],
        },
      },
    },
  },
  server: {
    // `npm run dev` beside `onemap serve`.
    proxy: Object.fromEntries(
      ['/api', '/health'].map((path) => [path, process.env['ONEMAP_URL'] ?? 'http://127.0.0.1:8080']),
    ),
  },
  test: {
    environment: 'node',
    include: ['src/**/*.test.ts'],
  },
});
