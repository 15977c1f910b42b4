// The messages between the page and the worker of the engine.
import type { CardAsk, Engine, Manifest, NearAsk, Parts, Refused, RouteAsk, TripAsk } from '@/core/engine/engine';

export type Ask =
  | { ask: 'open'; module: WebAssembly.Module; manifest: Manifest; parts: Parts }
  | { ask: 'search'; text: string; limit: number }
  | { ask: 'card'; card: CardAsk }
  | { ask: 'route'; route: RouteAsk }
  | { ask: 'trip'; trip: TripAsk }
  | { ask: 'near'; near: NearAsk };

export type Request = Ask & { id: number };

export type Reply =
  | { id: number; value: unknown }
  /** The engine's answer is a refusal, such as no way to the building. */
  | { id: number; refused: Refused['problem'] }
  | { id: number; failed: string };

/** The answer to each kind of question. */
export interface Answers {
  open: Engine['age'];
  search: ReturnType<Engine['search']>;
  card: ReturnType<Engine['card']>;
  route: ReturnType<Engine['route']>;
  trip: ReturnType<Engine['trip']>;
  near: ReturnType<Engine['near']>;
}
