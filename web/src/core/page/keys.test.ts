import { expect, test } from 'vitest';
import { nameOf } from './keys';

const press = (key: string, code: string, { shift = false, ctrl = false } = {}) =>
  nameOf({ key, code, shiftKey: shift, ctrlKey: ctrl, metaKey: false, altKey: false });

test('a key is named by its letter, independent of Caps Lock and input methods', () => {
  expect(press('j', 'KeyJ')).toBe('j');
  expect(press('J', 'KeyJ')).toBe('j');
  expect(press('ㄓ', 'KeyJ')).toBe('j');
  expect(press('E', 'KeyE', { shift: true })).toBe('Shift+E');
});

test('punctuation is named by the typed character, digits by the key', () => {
  expect(press('?', 'Slash', { shift: true })).toBe('?');
  expect(press('/', 'Slash')).toBe('/');
  expect(press('3', 'Numpad3')).toBe('3');
  expect(press('Enter', 'Enter', { ctrl: true })).toBe('Ctrl+Enter');
  expect(press('Shift', 'ShiftLeft', { shift: true })).toBe('');
});
