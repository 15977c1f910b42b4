// Runs the engine in a worker, so that the search for a route does not block the page. Each reply has the number of the
// request that it answers.
import { openEngine, Refused, type Engine } from '@/core/engine/engine';
import type { Request, Reply } from './engineMessages';

interface WorkerScope {
  addEventListener: (type: 'message', listen: (event: MessageEvent<Request>) => void) => void;
  postMessage: (reply: Reply, options: { transfer: Transferable[] }) => void;
}
const worker = globalThis as unknown as WorkerScope;

let engine: Engine | null = null;

async function answer(request: Request): Promise<unknown> {
  if (request.ask === 'open') {
    engine = await openEngine(request.module, request.manifest, request.parts);
    return engine.age;
  }
  if (!engine) throw new Error('the engine is not open');
  switch (request.ask) {
    case 'search':
      return engine.search(request.text, request.limit);
    case 'card':
      return engine.card(request.card);
    case 'route':
      return engine.route(request.route);
    case 'trip':
      return engine.trip(request.trip);
    case 'near':
      return engine.near(request.near);
  }
}

const reply = (message: Reply): void => worker.postMessage(message, { transfer: [] });

worker.addEventListener('message', ({ data }) => {
  const { id } = data;
  answer(data).then(
    (value) => reply({ id, value }),
    (error: unknown) =>
      reply(
        error instanceof Refused
          ? { id, refused: error.problem }
          : { id, failed: error instanceof Error ? error.message : String(error) },
      ),
  );
});
