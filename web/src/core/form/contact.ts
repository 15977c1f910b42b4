// Checks a telephone number before it is sent. src/warnings/contact.rs has the same rules; both must pass the cases of
// tests/support/contacts.json.

const EXTENSION = /^(.*?)[-,(]?(?:转分机|轉分機|分机|分機|转|轉|ext|x|#)[:-]*(\d{1,6})\)?$/u;
const THIRD_GROUP = /^(0\d+-\d{7,})-(\d{1,6})$/u;

/** The number in the form in which it is stored; null if these digits are no complete number. */
function national(digits: string): string | null {
  if (/^1[3-9]\d{9}$/u.test(digits)) return digits;
  const service = /^([48]00)(\d{3})(\d{4})$/u.exec(digits);
  if (service) return service.slice(1).join('-');
  // The area codes of the largest cities have three digits (010, 020 to 029), all others four.
  const landline = /^(010|02\d)([2-9]\d{7})$/u.exec(digits) ?? /^(0[3-9]\d\d)([2-9]\d{6,7})$/u.exec(digits);
  return landline ? `${landline[1]}-${landline[2]}` : null;
}

/** Reads a telephone number as people write it. Returns null if the text is no complete number. */
export function phoneNumber(text: string): string | null {
  const plain = [...text.toLowerCase()]
    .map((c) => (c >= '！' && c <= '～' ? String.fromCharCode(c.charCodeAt(0) - 0xfee0).toLowerCase() : c))
    .map((c) => (/[—–―−‐‑·.]/u.test(c) ? '-' : c))
    .join('')
    .replaceAll(/\s/gu, '')
    .replaceAll('tel:', '');
  const [, before, extension] = EXTENSION.exec(plain) ?? THIRD_GROUP.exec(plain) ?? [null, plain, null];
  const digits = (before ?? '').replaceAll(/[-()]/gu, '');
  if (!/^\+?\d+$/u.test(digits)) return null;
  const abroad = /^(?:\+86|0086)(\d+)$/u.exec(digits) ?? /^86(\d{10,})$/u.exec(digits);
  const rest = abroad?.[1];
  // Behind +86 the leading zero of the area code is usually left out.
  const number = rest === undefined ? national(digits) : (national(rest) ?? national(`0${rest}`));
  return number && extension ? `${number}转${extension}` : number;
}
