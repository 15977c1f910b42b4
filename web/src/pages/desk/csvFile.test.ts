import { expect, test } from 'vitest';
import { csvFile } from './csvFile';

test('cells are quoted and never run as formulas', async () => {
  const bytes = new Uint8Array(
    await csvFile([
      ['行', '内容'],
      ['3', '=1+1'],
      ['4', '他说"好", 走了\n'],
    ]).arrayBuffer(),
  );
  expect(Array.from(bytes.slice(0, 3))).toEqual([0xef, 0xbb, 0xbf]);
  expect(new TextDecoder().decode(bytes)).toBe('行,内容\r\n3,\'=1+1\r\n4,"他说""好"", 走了\n"\r\n');
});
