import { expect, test } from 'vitest';
import { guardComposition } from './composition';

test('keys of an input method reach no page, and Enter among them sends no form', () => {
  const target = new EventTarget();
  guardComposition(target);
  const seen: string[] = [];
  target.addEventListener('keydown', (event) => seen.push((event as KeyboardEvent).key));
  const press = (key: string, more: object): boolean =>
    target.dispatchEvent(Object.assign(new Event('keydown', { cancelable: true }), { key, keyCode: 13, ...more }));
  expect(press('Enter', { isComposing: true })).toBe(false);
  expect(press('Enter', { isComposing: false, keyCode: 229 })).toBe(false);
  expect(press('ArrowDown', { isComposing: true })).toBe(true);
  expect(seen).toEqual([]);
  expect(press('Enter', { isComposing: false })).toBe(true);
  expect(seen).toEqual(['Enter']);
});
