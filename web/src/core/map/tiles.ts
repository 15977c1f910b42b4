// The tiles of an area, in the scheme of WebMercatorQuad.
import type { Bbox } from '@/core/api/types';

export interface Tile {
  x: number;
  y: number;
  z: number;
}

/** All tiles that an area touches, from one zoom level to another, the coarsest first. */
export function tilesOver([west, south, east, north]: Bbox, [from, until]: [number, number]): Tile[] {
  const tiles: Tile[] = [];
  for (let z = from; z <= until; z += 1) {
    const count = 2 ** z;
    const within = (n: number): number => Math.max(0, Math.min(count - 1, Math.floor(n)));
    const column = (lon: number): number => within(((lon + 180) / 360) * count);
    const row = (lat: number): number =>
      within(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * count);
    for (let x = column(west); x <= column(east); x += 1)
      for (let y = row(north); y <= row(south); y += 1) tiles.push({ x, y, z });
  }
  return tiles;
}
