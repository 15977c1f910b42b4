// The map's data on this phone, and the engine that answers from it. One state for all screens of a page.
import type { Position } from 'geojson';
import { ref, shallowRef } from 'vue';
import { ApiError, ask as request } from '@/core/api/client';
import type { Manifest } from '@/core/engine/engine';
import wasmUrl from '@/core/engine/engine.wasm?url';
import { EngineError, EngineHost, type WorkerLike } from '@/core/offline/engineHost';
import type { Answers, Ask } from '@/core/offline/engineMessages';
// oxlint-disable-next-line import/default -- Vite generates this module; its default export is the address of the worker.
import workerUrl from '@/core/offline/engine.worker?worker&url';
import {
  discard,
  kept,
  PartGone,
  partsOf,
  refresh,
  TooLarge,
  type Kept,
  type Source,
} from '@/core/offline/networkParts';
import { networkStorage } from '@/core/offline/phoneStorage';
import { workerScript } from '@/core/offline/workerScript';

/**
 * `none`: nothing is stored. `ready`: stored and usable. `too_large`: the map is too large for a phone. `no_storage`:
 * this browser stores nothing. `insecure`: without HTTPS the data cannot be checked, so none is stored.
 */
export type DataState = 'none' | 'ready' | 'too_large' | 'no_storage' | 'insecure';

export const state = ref<DataState>('none');
/** Whether data is being loaded now. */
export const isLoading = ref(false);
/** Whether the last attempt to load data failed. */
export const hasFailed = ref(false);
export const stored = shallowRef<Kept | null>(null);

/**
 * How far an area extends from its centre in each direction, in degrees (about 5 km). Its edges are rounded outwards to
 * multiples of this.
 */
const AROUND = 0.05;
/** A destination. If the whole map is too large for a phone, the data of the area around it is kept. */
let around: Position | null = null;

/**
 * Sets the destination. If the whole map is too large for a phone, loads the data of the area
 * around the destination, unless the stored area contains it. The destination must never be the
 * position of the rider, because its area is part of the address of a request.
 */
export function useAround(destination: Position): void {
  around = destination;
  const { bbox } = stored.value?.manifest ?? {};
  const [lon = 0, lat = 0] = destination;
  const [west = 0, south = 0, east = 0, north = 0] = bbox ?? [];
  const isInside = lon >= west && lat >= south && lon <= east && lat <= north;
  if (state.value === 'too_large' || (bbox && !isInside)) void update();
}

/** The area around a place, as the parameter `bbox`. */
function areaOf([lon = 0, lat = 0]: Position): string {
  const edge = (degrees: number, round: (steps: number) => number): string =>
    (round(degrees / AROUND) * AROUND).toFixed(2);
  return [
    edge(lon - AROUND, Math.floor),
    edge(lat - AROUND, Math.floor),
    edge(lon + AROUND, Math.ceil),
    edge(lat + AROUND, Math.ceil),
  ].join(',');
}

let restoring: Promise<void> | null = null;

/** Looks for stored data. Resolves when it is known whether there is any. */
export function restore(): Promise<void> {
  restoring ??= networkStorage()
    .then(async (storage) => {
      if (!storage.lasting) {
        state.value = 'no_storage';
        return;
      }
      // Without HTTPS the browser has no means to check the data.
      if (!('subtle' in crypto)) {
        state.value = 'insecure';
        return;
      }
      const found = await kept(storage);
      if (found) [state.value, stored.value] = ['ready', found];
    })
    .catch(() => {
      state.value = 'no_storage';
    });
  return restoring;
}

/**
 * The data is the same for everybody, so it is requested without the account. Otherwise, what an account may see would
 * stay on the phone after signing out.
 */
const quietly = { credentials: 'omit', priority: 'low' } as const;

/** The manifest of the whole map or of an area; null if that is too large. */
async function manifestOf(query: string): Promise<Manifest | null> {
  try {
    return (await (await request(`/api/network${query}`, { ...quietly, cache: 'no-cache' })).json()) as Manifest;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 413 || error.status === 422)) return null;
    throw error;
  }
}

const source: Source = {
  async manifest() {
    const whole = await manifestOf('');
    if (whole) return whole;
    const area = around ? areaOf(around) : stored.value?.manifest.bbox?.join(',');
    const part = area ? await manifestOf(`?bbox=${area}`) : null;
    if (part) return part;
    throw new TooLarge('The server does not offer this map for phones: it is too large');
  },
  async part(hash) {
    try {
      return new Uint8Array(await (await request(`/api/network/parts/${hash}`, quietly)).arrayBuffer());
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) throw new PartGone(hash);
      throw error;
    }
  },
};

let updating: Promise<void> | null = null;

/** Loads what changed since the data was stored. Never rejects: `state` and `hasFailed` say what happened. */
export function update(): Promise<void> {
  updating ??= load().finally(() => {
    updating = null;
    isLoading.value = false;
  });
  return updating;
}

async function load(): Promise<void> {
  await restore();
  const storage = await networkStorage();
  if (state.value === 'no_storage' || state.value === 'insecure') return;
  isLoading.value = true;
  hasFailed.value = false;
  try {
    // Two windows of one phone must not remove each other's parts.
    const found = await (navigator.locks
      ? navigator.locks.request('onemap-network', () => refresh(storage, source))
      : refresh(storage, source));
    [state.value, stored.value] = ['ready', found];
    if (found.loaded === 0) return;
    closeEngine();
    // Without this, the browser may delete the data when the phone is full.
    void navigator.storage?.persist?.().catch(() => {});
    // Without a service worker, the engine's files are found in the browser's own cache later.
    await Promise.all([wasmUrl, workerUrl].map((url) => fetch(url)));
  } catch (error) {
    if (error instanceof TooLarge && state.value === 'none') state.value = 'too_large';
    else hasFailed.value = true;
  }
}

let engine: Promise<EngineHost> | null = null;

/**
 * Closes the engine. The next question opens it again with the data that is stored at that time.
 */
function closeEngine(): void {
  const before = engine;
  engine = null;
  void before?.then(
    (host) => host.close(),
    () => {},
  );
}

async function compiled(): Promise<WebAssembly.Module> {
  const response = await fetch(wasmUrl);
  if (!response.ok) throw new Error(`Cannot load the engine ${wasmUrl}: HTTP ${response.status}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

async function spawn(): Promise<Worker> {
  if (import.meta.env.DEV) return new Worker(workerUrl, { type: 'module' });
  return new Worker(await workerScript(workerUrl));
}

async function open(onFailed: () => void): Promise<EngineHost> {
  const storage = await networkStorage();
  const found = await kept(storage);
  const parts = found && (await partsOf(storage, found.manifest));
  if (!parts) throw new Error('No map data is stored on this phone.');
  const [module, worker] = await Promise.all([compiled(), spawn()]);
  const host = new EngineHost(worker as unknown as WorkerLike, onFailed);
  try {
    await host.ask<'open'>({ ask: 'open', module, manifest: found.manifest, parts });
  } catch (error) {
    host.close();
    if (error instanceof EngineError) {
      // The engine cannot read the data, because a part is damaged or its format is another one. The next update
      // stores the newest manifest of the server and loads the damaged parts again.
      await discard(storage, found.manifest).catch(() => {});
      [state.value, stored.value] = ['none', null];
    }
    throw error;
  }
  return host;
}

/** Asks the engine. Rejects with a `RefusedOffline`, or with another error if it can't answer. */
export async function askPhone<Kind extends Exclude<Ask['ask'], 'open'>>(
  ask: Extract<Ask, { ask: Kind }>,
): Promise<Answers[Kind]> {
  if (!engine) {
    const forget = (): void => {
      if (engine === opening) engine = null;
    };
    const opening = open(forget);
    opening.catch(forget);
    engine = opening;
  }
  return (await engine).ask<Kind>(ask);
}
