// Starts the worker of the engine with the data on the phone and sends it questions.
import type { Refused } from '@/core/engine/engine';
import type { Answers, Ask, Reply } from './engineMessages';

/** How long an answer may take before the worker counts as failed and is replaced, in milliseconds. */
const PATIENCE = 15_000;
/**
 * The time limit for trips, in milliseconds. On a slow phone, the search for the best order takes
 * some seconds.
 */
const TRIP_PATIENCE = 60_000;

/** A refusal of the engine, with the same body as a problem document of the server. */
export class RefusedOffline extends Error {
  override name = 'RefusedOffline';

  constructor(readonly problem: Refused['problem']) {
    super(problem.detail?.en ?? problem.code);
  }
}

/** The engine itself failed, for example because it cannot read the data. */
export class EngineError extends Error {
  override name = 'EngineError';
}

/** The part of a `Worker` that is used here. */
export interface WorkerLike {
  postMessage: (message: unknown, options: { transfer: Transferable[] }) => void;
  addEventListener: ((type: 'message', listen: (event: MessageEvent<Reply>) => void) => void) &
    ((type: 'error' | 'messageerror', listen: () => void) => void);
  terminate: () => void;
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
}

export class EngineHost {
  private readonly waiting = new Map<number, Waiting>();
  private next = 1;

  constructor(
    private readonly worker: WorkerLike,
    /** Called when the worker has ended, after a failure or by `close`. */
    private readonly onFailed: () => void = () => {},
  ) {
    worker.addEventListener('message', ({ data }) => this.take(data));
    for (const type of ['error', 'messageerror'] as const)
      worker.addEventListener(type, () => this.close(new Error('the worker of the engine failed')));
  }

  /** Rejects with a `RefusedOffline`, or with another error if there is no answer. */
  ask<Kind extends Ask['ask']>(ask: Extract<Ask, { ask: Kind }>): Promise<Answers[Kind]> {
    const id = this.next;
    this.next += 1;
    const patience = ask.ask === 'trip' ? TRIP_PATIENCE : PATIENCE;
    return new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(
        () => this.close(new Error(`the engine did not answer within ${patience / 1000} s`)),
        patience,
      );
      this.waiting.set(id, { resolve, reject, timer });
      // The bytes of the parts move to the worker and are not copied.
      const moved = 'parts' in ask ? Object.values(ask.parts).map(({ buffer }) => buffer as ArrayBuffer) : [];
      this.worker.postMessage({ ...ask, id }, { transfer: moved });
    }) as Promise<Answers[Kind]>;
  }

  /** Ends the worker. Questions that wait for an answer are rejected. */
  close(error = new Error('the engine was closed')): void {
    this.worker.terminate();
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.waiting.clear();
    this.onFailed();
  }

  private take(reply: Reply): void {
    const waiting = this.waiting.get(reply.id);
    if (!waiting) return;
    this.waiting.delete(reply.id);
    clearTimeout(waiting.timer);
    if ('value' in reply) waiting.resolve(reply.value);
    else waiting.reject('refused' in reply ? new RefusedOffline(reply.refused) : new EngineError(reply.failed));
  }
}
