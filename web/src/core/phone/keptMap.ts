// The map of an area, kept on this phone because somebody asked for it: its tiles and styles in a cache of its own, which
// the service worker uses if the network fails or is slow, and which no other tiles push out.
import { shallowRef, ref } from 'vue';
import { under } from '@/core/api/root';
import type { Bbox } from '@/core/api/types';
import { mapStyle } from '@/core/map/style';
import { tilesOver } from '@/core/map/tiles';
import { phoneStorage } from '@/core/offline/phoneStorage';

/** The styles of phone maps, by day and by night. */
const STYLES = ['light', 'wall'];
/** From the view of a community to the closest tiles, which serve all closer views. */
const ZOOMS: [number, number] = [13, 16];
/** The most tiles that are kept: about 40 MB, or 15 km². */
const MOST_TILES = 2000;
/** How many requests run at a time. */
const AT_ONCE = 4;
/** After this time the kept map should be loaded again, in milliseconds. */
export const STALE_MS = 30 * 24 * 3_600_000;

/** What is kept. */
export interface KeptMap {
  id: 'map';
  /** When it was loaded, RFC 3339. */
  at: string;
  bytes: number;
  tiles: number;
  /** The areas, such as the ids of grids, to compare with those that are wanted now. */
  areas: string[];
}

/** `too_large`: the areas have too many tiles. `failed`: a request failed. `full`: the phone has no room. */
export type KeepFailure = 'too_large' | 'failed' | 'full';

export const keptMap = shallowRef<KeptMap | null>(null);
/** The share that is loaded, 0 to 1, while loading; null otherwise. */
export const progress = ref<number | null>(null);
export const failure = ref<KeepFailure | null>(null);

const cacheName = (page: string): string => `onemap${under(page)}/kept-map`;

/** Whether this browser can keep a map and show it later. */
export const canKeep = (): boolean => 'caches' in globalThis && 'serviceWorker' in navigator;

export async function restoreMap(): Promise<void> {
  keptMap.value = (await (await phoneStorage()).get<KeptMap>('kept', 'map')) ?? null;
}

/** The tiles over all boxes, each once. */
export function tilesOverAll(boxes: readonly Bbox[]): { x: number; y: number; z: number }[] {
  const all = new Map(
    boxes.flatMap((box) => tilesOver(box, ZOOMS)).map((tile) => [`${tile.z}/${tile.x}/${tile.y}`, tile]),
  );
  return [...all.values()];
}

/**
 * Loads the map of some areas and replaces the kept one. `more` stores other data of the areas, and returns its size in
 * bytes. Never rejects: `failure` says what happened. After a failure the former map is still there.
 */
export async function keepMap(
  page: string,
  areas: readonly { id: string; box: Bbox }[],
  more: () => Promise<number>,
): Promise<void> {
  if (progress.value !== null) return;
  failure.value = null;
  const tiles = tilesOverAll(areas.map(({ box }) => box));
  if (tiles.length > MOST_TILES) {
    failure.value = 'too_large';
    return;
  }
  progress.value = 0;
  try {
    const { sources } = await mapStyle('light');
    const templates = Object.values(sources).flatMap((s) => (s.type === 'vector' ? (s.tiles ?? []).slice(0, 1) : []));
    const addresses = [
      ...STYLES.map((name) => under(`/api/styles/${name}`)),
      ...templates.flatMap((template) =>
        tiles.map(({ x, y, z }) => template.replace('{z}', `${z}`).replace('{x}', `${x}`).replace('{y}', `${y}`)),
      ),
    ];
    const cache = await caches.open(cacheName(page));
    let bytes = await more();
    let done = 0;
    const waiting = addresses.values();
    const work = async (): Promise<void> => {
      for (const address of waiting) {
        // With `reload` the request passes the service worker, which would store it among the tiles seen by chance.
        const response = await fetch(address, { credentials: 'omit', cache: 'reload' });
        if (!response.ok) throw new Error(`Cannot load ${address}: HTTP ${response.status}`);
        bytes += (await response.clone().arrayBuffer()).byteLength;
        await cache.put(address, response);
        done += 1;
        progress.value = done / addresses.length;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const wanted = new Set(addresses.map((address) => new URL(address, location.href).href));
    for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
    const kept: KeptMap = {
      id: 'map',
      at: new Date().toISOString(),
      bytes,
      tiles: tiles.length,
      areas: areas.map(({ id }) => id),
    };
    await (await phoneStorage()).put('kept', kept);
    keptMap.value = kept;
    // Without this, the browser may delete the data when the phone is full.
    void navigator.storage?.persist?.().catch(() => {});
  } catch (error) {
    if (!keptMap.value) await caches.delete(cacheName(page));
    failure.value = error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'failed';
  } finally {
    progress.value = null;
  }
}

export async function removeMap(page: string): Promise<void> {
  await caches.delete(cacheName(page));
  await (await phoneStorage()).delete('kept', 'map');
  keptMap.value = null;
}

/** Whether other areas are wanted now than those that are kept. */
export const isOther = (kept: KeptMap, areas: readonly { id: string }[]): boolean => {
  const ids = new Set(kept.areas);
  return areas.length > 0 && (areas.length !== ids.size || areas.some(({ id }) => !ids.has(id)));
};
