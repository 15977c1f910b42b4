import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EngineError, EngineHost, RefusedOffline, type WorkerLike } from './engineHost';
import type { Reply, Request } from './engineMessages';

/** A worker that records what it is sent. */
class Recorder {
  sent: Request[] = [];
  moved: Transferable[] = [];
  ended = false;
  private readonly listeners = new Map<string, (event: MessageEvent<Reply>) => void>();
  readonly worker: WorkerLike = {
    postMessage: (message, { transfer }) => {
      this.sent.push(message as Request);
      this.moved.push(...transfer);
    },
    addEventListener: (type: string, listen: (event: MessageEvent<Reply>) => void) => {
      this.listeners.set(type, listen);
    },
    terminate: () => {
      this.ended = true;
    },
  };

  fire(type: string, data?: Reply): void {
    this.listeners.get(type)?.({ data } as MessageEvent<Reply>);
  }
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const search = (text: string) => ({ ask: 'search', text, limit: 5 }) as const;

test('each question gets its own answer, in any order', async () => {
  const { worker, sent, fire } = bound(new Recorder());
  const host = new EngineHost(worker);
  const [one, two] = [host.ask<'search'>(search('3号楼')), host.ask<'search'>(search('5号楼'))];
  expect(sent.map((s) => ('text' in s ? s.text : ''))).toEqual(['3号楼', '5号楼']);
  fire('message', { id: sent[1]?.id ?? 0, value: 'second' });
  fire('message', { id: sent[0]?.id ?? 0, value: 'first' });
  expect([await one, await two]).toEqual(['first', 'second']);
});

test('a refusal and a failure are different errors', async () => {
  const { worker, fire } = bound(new Recorder());
  const host = new EngineHost(worker);
  const refused = host.ask<'search'>(search('a'));
  const failed = host.ask<'search'>(search('b'));
  fire('message', { id: 1, refused: { status: 422, code: 'no_way', detail: { zh: '到不了', en: 'No way' } } });
  fire('message', { id: 2, failed: 'out of memory' });
  await expect(refused).rejects.toThrow(RefusedOffline);
  await expect(failed).rejects.toThrow(EngineError);
});

test('a worker that fails or does not answer is ended, and all its questions are rejected', async () => {
  for (const breakIt of [
    (r: Recorder) => r.fire('error'),
    (r: Recorder) => r.fire('messageerror'),
    () => vi.advanceTimersByTime(15_000),
  ]) {
    const recorder = new Recorder();
    const onFailed = vi.fn();
    const host = new EngineHost(recorder.worker, onFailed);
    const waiting = [host.ask<'search'>(search('a')), host.ask<'search'>(search('b'))];
    breakIt(recorder);
    for (const one of waiting) await expect(one).rejects.toThrow(/engine/);
    expect([recorder.ended, onFailed.mock.calls.length]).toEqual([true, 1]);
  }
});

test('the bytes of the data move to the worker', () => {
  const { worker, moved } = bound(new Recorder());
  const part = (): Uint8Array => new Uint8Array([1, 2, 3]);
  const parts = { topology: part(), geometry: part(), attributes: part(), directory: part() };
  const opening = new EngineHost(worker).ask<'open'>({
    ask: 'open',
    module: {} as WebAssembly.Module,
    manifest: {} as never,
    parts,
  });
  opening.catch(() => {});
  expect(moved).toEqual(Object.values(parts).map(({ buffer }) => buffer));
});

const bound = (recorder: Recorder) => ({
  worker: recorder.worker,
  sent: recorder.sent,
  moved: recorder.moved,
  fire: recorder.fire.bind(recorder),
});
