import { expect, test } from 'vitest';
import { planFor } from './routes';

const shell = new Set(['/assets/main-1.js']);
const plan = (path: string, { method = 'GET', mode = 'cors' } = {}, scope = '/field'): string =>
  planFor({ url: new URL(path, 'https://map.example').href, method, mode }, scope, 'https://map.example', shell);

test('the page and its files come from the installed shell', () => {
  expect(plan('/field', { mode: 'navigate' })).toBe('shell');
  expect(plan('/field/?lang=en', { mode: 'navigate' })).toBe('shell');
  expect(plan('/field/cases/w-1/handle', { mode: 'navigate' })).toBe('shell');
  expect(plan('/report?b=b-1', { mode: 'navigate' }, '/report')).toBe('shell');
  expect(plan('/assets/main-1.js')).toBe('shell');
});

test('answers that can change are never cached', () => {
  for (const path of [
    '/api/warnings',
    '/api/warnings/w-1',
    '/api/session',
    '/api/events',
    '/api/collections/warnings/items',
    '/api/grids/status',
    '/api/search?q=3',
  ])
    expect(plan(path), path).toBe('pass');
  expect(plan('/api/warnings/w-1/actions', { method: 'POST' })).toBe('pass');
  expect(plan('/api/photos', { method: 'POST' })).toBe('pass');
});

test('requests of other pages and to other hosts are not handled', () => {
  for (const path of ['/wall', '/sign-in', '/desk', '/fields'])
    expect(plan(path, { mode: 'navigate' }), path).toBe('pass');
  expect(plan('/assets/other-2.js')).toBe('pass');
  expect(plan('https://elsewhere.example/assets/main-1.js')).toBe('pass');
});

test('cached tiles and photos can be shown again', () => {
  expect(plan('/api/tiles/WebMercatorQuad/16/1/2?collections=roads')).toBe('tile');
  expect(plan('/api/styles/light')).toBe('tile');
  expect(plan('/api/photos/abc?size=thumb')).toBe('photo');
  expect(plan('/api/photos/abc?receipt=secret')).toBe('pass');
});

test('the same applies under a public path', () => {
  const files = new Set(['/map/assets/main-1.js']);
  const under = (path: string, mode = 'cors'): string =>
    planFor(
      { url: new URL(path, 'https://map.example').href, method: 'GET', mode },
      '/map/field',
      'https://map.example',
      files,
      '/map',
    );
  expect(under('/map/field', 'navigate')).toBe('shell');
  expect(under('/map/assets/main-1.js')).toBe('shell');
  expect(under('/map/api/tiles/WebMercatorQuad/16/1/2')).toBe('tile');
  expect(under('/map/api/photos/abc')).toBe('photo');
  expect(under('/map/api/warnings')).toBe('pass');
  expect(under('/api/tiles/WebMercatorQuad/16/1/2')).toBe('pass');
});
