// Lets the service worker store the map's styles and, for an area of at most a district, its tiles,
// so that a route is shown with streets and buildings without a network.
import { landing } from '@/core/api/client';
import { under } from '@/core/api/root';
import { boxOf } from '@/core/map/bounds';
import { mapStyle } from '@/core/map/style';
import { tilesOver } from '@/core/map/tiles';
import type { Manifest } from '@/core/engine/engine';

/** The styles of the route's screen, by day and by night. */
const STYLES = ['light', 'wall'];
/** The zoom levels on which routes are shown. The tiles of the last one serve all closer views. */
const ZOOMS: [number, number] = [14, 16];
/**
 * The most tiles that are loaded without asking the rider. If there are more, none is loaded. The
 * 49 tiles of the demo have 1 MB.
 */
const MOST = 100;
const KEY = 'onemap.rider.map';

interface Connection {
  saveData?: boolean;
}

const isSaving = (): boolean => (navigator as Navigator & { connection?: Connection }).connection?.saveData === true;

/** Resolves when the requests of this page go through its service worker. */
async function isServed(): Promise<void> {
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller)
    await new Promise((resolve) => {
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
    });
}

export async function keepStyles(): Promise<void> {
  await isServed();
  for (const name of STYLES) await fetch(under(`/api/styles/${name}`));
}

/**
 * Stores the tiles of the data's area. Loads them again only if its ways or outlines have changed.
 */
export async function keepTiles({ bbox, parts }: Manifest): Promise<void> {
  const now = parts.geometry.hash;
  if (isSaving() || localStorage.getItem(KEY) === now) return;
  await isServed();
  const area = boxOf(bbox ?? (await landing()).extent.bbox);
  const tiles = area ? tilesOver(area, ZOOMS) : [];
  if (tiles.length > MOST) return;
  const { sources } = await mapStyle('light');
  for (const source of Object.values(sources)) {
    const address = source.type === 'vector' ? source.tiles?.[0] : undefined;
    for (const { x, y, z } of address ? tiles : []) {
      const tile = (address ?? '').replace('{z}', `${z}`).replace('{x}', `${x}`).replace('{y}', `${y}`);
      if (!(await fetch(tile, { priority: 'low' })).ok) return;
    }
  }
  localStorage.setItem(KEY, now);
}
