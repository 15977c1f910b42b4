import { expect, test } from 'vitest';
import cases from '../../../../tests/support/contacts.json';
import { phoneNumber } from './contact';

test('the form and the server accept the same telephone numbers', () => {
  for (const [text, expected] of Object.entries(cases.numbers)) expect(phoneNumber(text), text).toBe(expected);
  for (const text of cases.refused) expect(phoneNumber(text), text).toBeNull();
});
