// Splits a pasted text with several orders into the address of each. Names, telephone numbers and remarks are removed
// on the phone, as for a single order.
import { addressOnly } from '@/core/search/order';

/** What an address contains: the number of a building, a unit or a room. */
const NUMBERED =
  /\d\s*[号號楼樓栋棟幢座室单單门門-]|[一二三四五六七八九十]+\s*(?:号楼|號樓|栋|棟|幢|座|单元)|[A-Za-z]座/u;

/** Returns the addresses in a text, one for each order; at most `most`. */
export function splitOrders(text: string, most: number): string[] {
  const found: string[] = [];
  let lines: string[] = [];
  const take = (): void => {
    const address = addressOnly(lines.join('\n'));
    if (NUMBERED.test(address)) found.push(address);
    lines = [];
  };
  for (const line of text.split(/[\r\n]+/)) {
    if (line.trim() === '') continue;
    // Each order has one address, so the next address begins the next order.
    const hasAddress = (other: string): boolean => NUMBERED.test(addressOnly(other));
    if (hasAddress(line) && lines.some(hasAddress)) take();
    lines.push(line);
  }
  take();
  return found.slice(0, most);
}
