// How the pages are built: one small shell, a lazily loaded chunk for each page.
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { serviceWorker } from './plugins/serviceWorker.ts';

const COMMON = new RegExp(
  [
    'vite/preload-helper',
    'rolldown/runtime',
    'plugin-vue:export-helper',
    'node_modules/(?:@?vue|vue-router|@vueuse|openapi-fetch)/',
    'src/core/(?:api|i18n|position|search|symbols|theme)/',
    'src/core/page/(?:PageShell|PhoneShell|useBack)',
    'src/core/phone/(?:installable|serviceWorker)',
    'src/core/map/bounds',
    'src/assets/',
  ].join('|'),
);

export default defineConfig({
  // Addresses in the page begin with `./`; the server puts its public path there.
  base: './',
  plugins: [vue(), serviceWorker()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2023',
    // maplibre-gl and swagger-ui are large by nature and load only where they are used.
    chunkSizeWarningLimit: 1600,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Few files: a browser loads six at a time without HTTP/2, and on a slow phone network each further round
          // costs half a second.
          includeDependenciesRecursively: false,
          groups: [
            // What every page uses.
            { name: 'common', test: COMMON },
            // The rider's page without its map.
            { name: 'RiderPage', test: /src\/pages\/rider\/(?!parts\/WayMap)/ },
          ],
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
