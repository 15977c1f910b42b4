import { readFileSync } from 'node:fs';
import { createMemoryHistory, type RouteLocationNormalized } from 'vue-router';
import { expect, test } from 'vitest';
import { makeRouter, moved, routes } from './router';

test('old links with # lead to the new address', () => {
  expect(moved({ path: '/field', hash: '#case/w-1/handle' })).toBe('/field/cases/w-1/handle');
  expect(moved({ path: '/field', hash: '#case/w%2F1' })).toBe('/field/cases/w%2F1');
  expect(moved({ path: '/field', hash: '#outbox' })).toBe('/field/outbox');
  expect(moved({ path: '/field', hash: '#token=om_1' })).toBeNull();
  expect(moved({ path: '/report', hash: '#mine' })).toBe('/report/mine');
  expect(moved({ path: '/accounts', hash: '#invites' })).toBe('/accounts/invites');
  expect(moved({ path: '/wall', hash: '#mine' })).toBeNull();
});

test('ids with any characters survive in an address', () => {
  const router = makeRouter(createMemoryHistory('/map/'));
  const { href } = router.resolve({ name: 'field-case', params: { id: 'a/b 果' } });
  expect(href).toBe('/map/field/cases/a%2Fb%20%E6%9E%9C');
  expect(router.resolve(href.slice(4)).params['id']).toBe('a/b 果');
});

test('an earlier address of a case leads to the desk with the case and what is open', async () => {
  const router = makeRouter(createMemoryHistory('/map/'));
  const led: RouteLocationNormalized[] = [];
  // The way ends before the page itself is loaded, with all that it imports.
  router.beforeEach((to) => {
    led.push(to);
    return false;
  });
  await router.push('/desk/cases/a%2Fb%20%E6%9E%9C?open=silences');
  expect(led).toMatchObject([{ path: '/desk', query: { case: 'a/b 果', open: 'silences' } }]);
});

test('the server knows every address of the router', () => {
  // Vitest runs in the folder web/.
  const source = readFileSync('../src/http/assets.rs', 'utf8');
  const listed = (name: string): string[] =>
    [
      ...(new RegExp(`const ${name}: &\\[&str\\] = &\\[([^\\]]*)\\]`).exec(source)?.[1] ?? '').matchAll(/"([^"]+)"/g),
    ].map(([, path]) => path ?? '');
  const ours = routes.map((route) => route.path.replace(/:\w+(\([^)]*\))?/g, '{}')).filter((path) => path !== '/{}');
  expect([...listed('PAGES'), ...listed('PARTS')].toSorted()).toEqual(ours.toSorted());
});
