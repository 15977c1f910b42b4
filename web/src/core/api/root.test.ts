import { expect, test } from 'vitest';
import { under } from './root';

test('the public path is added to a path only once', () => {
  expect(under('/api/', '')).toBe('/api/');
  expect(under('/api/', '/map')).toBe('/map/api/');
  expect(under('/map/api/?a=b', '/map')).toBe('/map/api/?a=b');
  expect(under('/maps/', '/map')).toBe('/map/maps/');
  expect(under('https://elsewhere.example/api/', '/map')).toBe('https://elsewhere.example/api/');
});
