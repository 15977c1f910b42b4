import { expect, test } from 'vitest';
import { navigationLinks } from './navigation';

test('each phone gets a link that it supports, with the right order of coordinates', () => {
  const [android, amap] = navigationLinks([117.1283362, 39.2270639], '3号楼', 'Linux; Android 14');
  expect(android?.href).toBe('geo:39.227064,117.128336?q=39.227064,117.128336(3%E5%8F%B7%E6%A5%BC)');
  expect(new URL(amap?.href ?? '').searchParams.get('to')).toBe('117.128336,39.227064,3号楼');
  expect(new URL(amap?.href ?? '').searchParams.get('coordinate')).toBe('wgs84');
  expect(navigationLinks([117.1283362, 39.2270639], 'x', 'iPhone')[0]?.href).toBe(
    'https://maps.apple.com/?daddr=39.227064%2C117.128336&dirflg=w',
  );
});
