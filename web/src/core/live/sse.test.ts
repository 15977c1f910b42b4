import { expect, test } from 'vitest';
import { EventParser } from './sse';

test('an event may arrive in any pieces', () => {
  const text = ': keep-alive\n\nid: 12\nevent: change\ndata: {"a":\ndata: 1}\n\nevent: time\r\ndata:{}\r\n\r\n';
  for (let size = 1; size < text.length; size += 1) {
    const parser = new EventParser();
    const events = [];
    for (let i = 0; i < text.length; i += size) events.push(...parser.push(text.slice(i, i + size)));
    expect(events).toEqual([
      { event: 'change', data: '{"a":\n1}', id: '12' },
      { event: 'time', data: '{}', id: null },
    ]);
  }
});

test('an event that is not finished is not told', () => {
  expect(new EventParser().push('event: change\ndata: {}\n')).toEqual([]);
});
