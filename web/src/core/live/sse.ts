// Server-sent events read from a fetch body. The browser's EventSource can't send Last-Event-ID on a first
// connection, so it could lose what happens between loading a page and opening its feed.

export interface ServerEvent {
  event: string;
  data: string;
  id: string | null;
}

/** Cuts a stream of text into events; call it with each piece as it comes. Follows the HTML standard's
 * parser, save for a lone CR as a line end, which no server of ours sends. */
export class EventParser {
  private rest = '';
  private event = '';
  private data: string[] = [];
  private id: string | null = null;

  push(piece: string): ServerEvent[] {
    const done: ServerEvent[] = [];
    const lines = (this.rest + piece).split(/\r?\n/);
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (this.data.length > 0) done.push({ event: this.event || 'message', data: this.data.join('\n'), id: this.id });
        this.event = '';
        this.data = [];
        this.id = null;
        continue;
      }
      const colon = line.indexOf(':');
      if (colon === 0) continue; // a comment: it only keeps the line alive
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') this.event = value;
      else if (field === 'data') this.data.push(value);
      else if (field === 'id') this.id = value;
    }
    return done;
  }
}
