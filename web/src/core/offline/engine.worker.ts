// Runs the engine in a worker, so that the search for a route does not block the page. Each reply has the number of the
// request that it answers.
import { openEngine, Refused, type Engine } from '@/core/engine/engine';
import type { Request, Reply } from './engineMessages';

interface WorkerScope {
  addEventListener: (type: 'message', listen: (event: MessageEvent<Request>) => void) => void;
  postMessage: (reply: Reply, options: { transfer: Transferable[] }) => void;
}
const worker = globalThis as unknown as WorkerScope;

/**
 * The time without requests after which lower bounds of travel times are computed (see `prepare` of
 * the engine), in milliseconds. No request is answered during the computation.
 */
const IDLE_MS = 2_000;

let engine: Engine | null = null;
/**
 * The profiles for which bounds are to be computed; after the engine is opened, the profile of
 * riders.
 */
let unprepared = new Set<string>();
let prepared = new Set<string>();
let idle: ReturnType<typeof setTimeout> | undefined;

function wantBounds(profile: string | null | undefined): void {
  if (profile && !prepared.has(profile)) unprepared.add(profile);
}

/** Computes the bounds of one profile after a pause, then of the next. */
function prepareWhenIdle(): void {
  clearTimeout(idle);
  idle = setTimeout(() => {
    const [profile] = unprepared;
    if (!engine || profile === undefined) return;
    unprepared.delete(profile);
    prepared.add(profile);
    try {
      engine.prepare(profile);
    } catch {
      // Bounds only make searches faster. A request with an unknown profile gets its own error.
    }
    prepareWhenIdle();
  }, IDLE_MS);
}

async function answer(request: Request): Promise<unknown> {
  if (request.ask === 'open') {
    engine = await openEngine(request.module, request.manifest, request.parts);
    unprepared = new Set(['ebike']);
    prepared = new Set();
    return engine.age;
  }
  if (!engine) throw new Error('The engine received a request before it was opened');
  switch (request.ask) {
    case 'search':
      return engine.search(request.text, request.limit);
    case 'card':
      return engine.card(request.card);
    case 'route':
      wantBounds(request.route.profile);
      return engine.route(request.route);
    case 'trip':
      wantBounds(request.trip.profile);
      return engine.trip(request.trip);
    case 'near':
      return engine.near(request.near);
  }
}

const reply = (message: Reply): void => worker.postMessage(message, { transfer: [] });

worker.addEventListener('message', ({ data }) => {
  const { id } = data;
  clearTimeout(idle);
  answer(data)
    .finally(prepareWhenIdle)
    .then(
      (value) => reply({ id, value }),
      (error: unknown) =>
        reply(
          error instanceof Refused
            ? { id, refused: error.problem }
            : { id, failed: error instanceof Error ? error.message : String(error) },
        ),
    );
});
