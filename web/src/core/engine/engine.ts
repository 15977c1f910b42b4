// The program for offline phones: search, access cards, routes, trips and nearest places over the network file of an
// area. It is the server's own code, compiled to WebAssembly (web/engine), so its answers equal those of the API. It uses
// no DOM and works in a worker, a service worker and Node.
import type { Point } from 'geojson';
import type { components } from '@/core/api/schema';

type Schemas = components['schemas'];
type Localized = Schemas['Localized'];

export type Manifest = Schemas['NetworkManifest'];
export type PartName = keyof Manifest['parts'];
export type Parts = Record<PartName, Uint8Array>;

/** The parts in the order of their numbers in the WebAssembly program. */
export const PART_NAMES = ['topology', 'geometry', 'attributes', 'directory'] as const satisfies readonly PartName[];
/** The version of the format of the parts that the program reads. */
export const FORMAT = 3;

/** Why a request has no answer. */
export interface Refusal {
  /** The status that the server would send: 404 for an unknown place, 422 if there is no way in. */
  status: number;
  code: 'wrong_place' | 'no_way' | 'no_card' | 'unknown_profile' | 'wrong_field' | 'too_far' | 'no_network';
  /** The field of the request that is wrong. */
  field?: string;
  detail?: Localized;
  /** If there is no way in: the reason, why each gate cannot be used, and the nearest place that can be reached. */
  reason?: Localized;
  gates?: Schemas['LostGate'][];
  nearest?: {
    collection: string;
    id: string;
    name: string | null;
    position: [number, number];
    distance_m: number;
    duration_s: number;
  } | null;
  /** The units or rooms that exist. */
  known?: string[];
}

export class Refused extends Error {
  constructor(readonly problem: Refusal) {
    super(problem.detail?.en ?? problem.code);
    this.name = 'Refused';
  }
}

/** A place: exactly one of a position, a building, an entrance and a facility. */
export type Place = Schemas['RoutePlace'];
/** A request for a route, like the body of `POST /api/route`. */
export type RouteAsk = Schemas['RouteBody'];
/** A request for a trip, like the body of `POST /api/trip`. */
export type TripAsk = Schemas['TripBody'];
/** A request for the nearest facilities or first-aid stations, like the body of `POST /api/nearest`. */
export type NearAsk = Omit<Schemas['NearestBody'], 'from' | 'lon' | 'lat'> & { from: Place };

/** A request for an access card, like `GET /api/buildings/{id}/access`. */
export interface CardAsk {
  building: string;
  mode?: string;
  /** RFC 3339; now if absent. */
  at?: string;
  unit?: string;
  room?: string;
}

/** A place that was found. */
export interface Hit {
  type: 'Feature';
  id: string;
  collection: string;
  geometry: Point | null;
  properties: { name: string | null; kind: string | null; compound: string | null; opening_hours: string | null };
  address?: { unit?: string; room?: string; door?: string; note?: Localized };
}

export interface Found {
  type: 'FeatureCollection';
  features: Hit[];
  note?: Localized;
}

/** The places that are reached first, with distance and travel time. */
export interface NearFound {
  type: 'FeatureCollection';
  features: {
    type: 'Feature';
    id: string;
    geometry: Point | null;
    properties: {
      name: string | null;
      kind: string | null;
      opening_hours: string | null;
      phone: string | null;
      aed: boolean | null;
      distance_m: number;
      duration_s: number;
    };
  }[];
}

export interface Engine {
  /** How old the data is: the commits, when the file was built, and from when opening hours are unknown. */
  readonly age: Pick<Manifest, 'seq' | 'network_seq' | 'built_at' | 'known_until'>;
  /** Finds places by name and address. */
  search(text: string, limit?: number): Found;
  /** Returns the access card of a building. */
  card(ask: CardAsk): Schemas['Access'];
  /** Returns the best route. Throws `Refused` if there is none. */
  route(ask: RouteAsk): Schemas['RouteAnswer'];
  /** Returns the trip to several doors that ends first. Throws `Refused` if there is none. */
  trip(ask: TripAsk): Schemas['TripAnswer'];
  /** Returns the facilities or first-aid stations with the shortest travel times. */
  near(ask: NearAsk): NearFound;
  /**
   * Computes lower bounds of the travel times of a profile, which takes about as long as twenty routes for a district
   * and some seconds for a city. They make later routes and trips faster and change no answer.
   */
  prepare(profile: string): void;
}

interface Exports {
  memory: WebAssembly.Memory;
  reserve(length: number): number;
  put(part: number, at: number, length: number): void;
  open(seq: number, networkSeq: number): number;
  call(at: number, length: number): number;
  answer(): number;
}

type Value = string | number | boolean | readonly string[] | null | undefined;

const isHash = async (bytes: Uint8Array, hash: string): Promise<boolean> => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.slice()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') === hash;
};

const moment = (at: string | null | undefined): number => {
  const ms = at ? Date.parse(at) : Date.now();
  if (Number.isNaN(ms)) throw new Refused({ status: 422, code: 'wrong_field', field: 'at' });
  return ms;
};

const ends = (end: string, place: Place): Record<string, Value> =>
  Object.fromEntries(Object.entries(place).map(([name, value]) => [`${end}.${name}`, value as Value]));

const windowOf = (at: string | null | undefined): number | null => (at ? moment(at) : null);

const stopsOf = (stops: TripAsk['stops']): Record<string, Value> =>
  Object.assign(
    {},
    ...stops.map(({ to, not_before, not_after, stay_s }, number) => ({
      ...ends(`stops.${number}.to`, to),
      [`stops.${number}.not_before`]: windowOf(not_before),
      [`stops.${number}.not_after`]: windowOf(not_after),
      [`stops.${number}.stay_s`]: stay_s,
    })),
  ) as Record<string, Value>;

/**
 * Opens the network file of an area. Rejects if the manifest has a format other than `FORMAT`, or
 * if a part has another hash than in the manifest or cannot be read.
 */
export async function openEngine(module: WebAssembly.Module, manifest: Manifest, parts: Parts): Promise<Engine> {
  if (manifest.format !== FORMAT)
    throw new Error(`The network file has format ${manifest.format}; expected ${FORMAT}.`);
  const instance = await WebAssembly.instantiate(module, {});
  const wasm = instance.exports as unknown as Exports;
  const write = (bytes: Uint8Array): number => {
    const at = wasm.reserve(bytes.length);
    // Growing the memory replaces its buffer, so the buffer is read again for each write.
    new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
    return at;
  };
  for (const [number, name] of PART_NAMES.entries()) {
    const bytes = parts[name];
    if (!(await isHash(bytes, manifest.parts[name].hash)))
      throw new Error(`The part ${name} of the network file is damaged: its hash differs from the manifest.`);
    wasm.put(number, write(bytes), bytes.length);
  }
  if (wasm.open(manifest.seq, manifest.network_seq) !== 1)
    throw new Error('The network file is damaged: its parts cannot be read.');

  const call = <T>(op: string, request: Record<string, Value>): T => {
    const lines = [`op=${op}`];
    for (const [name, value] of Object.entries(request)) {
      for (const one of Array.isArray(value) ? (value as string[]) : [value as Value]) {
        // Each value is one line, so line breaks within a value become spaces.
        if (one !== null && one !== undefined) lines.push(`${name}=${String(one).replace(/\s+/g, ' ')}`);
      }
    }
    const bytes = new TextEncoder().encode(lines.join('\n'));
    const length = wasm.call(write(bytes), bytes.length);
    const text = new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, wasm.answer(), length));
    const answer = JSON.parse(text) as T & { problem?: Refusal };
    if (answer.problem) throw new Refused(answer.problem);
    return answer;
  };

  const { seq, network_seq, built_at, known_until } = manifest;
  return {
    age: { seq, network_seq, built_at, known_until },
    search: (text, limit = 10) => call('search', { text, limit }),
    card: ({ at, ...ask }) => call('card', { ...ask, at: moment(at) }),
    route: ({ from, to, depart_at, ...ask }) =>
      call('route', { ...ends('from', from), ...ends('to', to), ...ask, at: moment(depart_at) }),
    trip: ({ from, stops, depart_at, ...ask }) =>
      call('trip', { ...ends('from', from), ...stopsOf(stops), ...ask, at: moment(depart_at) }),
    near: ({ from, depart_at, ...ask }) => call('near', { ...ends('from', from), ...ask, at: moment(depart_at) }),
    prepare: (profile) => void call('prepare', { profile }),
  };
}
