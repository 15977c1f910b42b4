import { expect, test } from 'vitest';
import { handoverLinks } from './handover';

test('both apps get the gate in GCJ-02, each with its own order of longitude and latitude', () => {
  // A point in Beijing that GCJ-02 libraries use in their tests.
  const [amap, baidu] = handoverLinks([116.377817, 39.911954], '东门|a&b', false);
  const to = new URL(amap?.href ?? '').searchParams;
  expect([to.get('to'), to.get('coordinate'), to.get('mode')]).toEqual([
    '116.384047,39.913345,东门 a&b',
    'gaode',
    'ride',
  ]);
  const there = new URL(baidu?.href ?? '').searchParams;
  expect(there.get('destination')).toBe('name:东门 a&b|latlng:39.913345,116.384047');
  expect(there.get('coord_type')).toBe('gcj02');
});

test('with `isFoot`, the links request a route for walking', () => {
  const modes = handoverLinks([116.377817, 39.911954], '东门', true).map((l) =>
    new URL(l.href).searchParams.get('mode'),
  );
  expect(modes).toEqual(['walk', 'walking']);
});
