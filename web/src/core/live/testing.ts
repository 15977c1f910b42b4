// Helpers for the tests in this folder: a simulated feed server, and a tab that can be hidden.
import { vi } from 'vitest';

export interface FeedServer {
  /** The `Last-Event-ID` of each connection, in order. */
  asked: string[];
  /** The address of each connection. */
  urls: string[];
  /** The number of open connections. */
  open: () => number;
  send: (text: string) => void;
  /** Closes the newest connection on the server side. */
  close: () => void;
  /**
   * Makes further connections fail with a network error or with this response; false accepts them
   * again.
   */
  refuse: (how: false | 'network' | Response) => void;
}

/** Replaces `fetch` for `/api/events`. */
export function feedServer(): FeedServer {
  const asked: string[] = [];
  const urls: string[] = [];
  const lines = new Set<ReadableStreamDefaultController<Uint8Array>>();
  let refusal: false | 'network' | Response = false;
  vi.stubGlobal('fetch', (url: unknown, init?: RequestInit): Promise<Response> => {
    urls.push(String(url));
    asked.push(new Headers(init?.headers).get('last-event-id') ?? '');
    if (refusal === 'network') return Promise.reject(new TypeError('refused'));
    if (refusal) return Promise.resolve(refusal.clone());
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        lines.add(controller);
        init?.signal?.addEventListener('abort', () => {
          if (lines.delete(controller)) controller.error(new DOMException('aborted', 'AbortError'));
        });
      },
    });
    return Promise.resolve(new Response(body));
  });
  const newest = (): ReadableStreamDefaultController<Uint8Array> | undefined => [...lines].at(-1);
  return {
    asked,
    urls,
    open: () => lines.size,
    send: (text) => newest()?.enqueue(new TextEncoder().encode(text)),
    close() {
      const line = newest();
      if (line && lines.delete(line)) line.close();
    },
    refuse: (how) => (refusal = how),
  };
}

export const change = (
  seq: number,
  changes: object[] = [{ collection: 'warnings', id: `w-${seq}`, kind: 'delete' }],
): string => `id: ${seq}\nevent: change\ndata: ${JSON.stringify({ seq, at: '2026-11-22T06:05:00Z', changes })}\n\n`;

export const time = (seq: number, stale = false): string =>
  `id: ${seq}\nevent: time\ndata: ${JSON.stringify({ seq, at: '2026-11-22T06:05:00Z', stale })}\n\n`;

export const reset = (seq: number): string =>
  `id: ${seq}\nevent: reset\ndata: ${JSON.stringify({ seq, at: '2026-11-22T06:05:00Z' })}\n\n`;

/** Hides or shows the tab. */
export function showTab(visible: boolean): void {
  Object.defineProperty(document, 'hidden', { value: !visible, configurable: true });
  Object.defineProperty(document, 'visibilityState', { value: visible ? 'visible' : 'hidden', configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}
