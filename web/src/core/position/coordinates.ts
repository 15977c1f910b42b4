// Coordinates that a person pastes from a message or another map.
import type { Position } from 'geojson';

/** The range of coordinates in China, in degrees. Its longitudes and latitudes do not overlap, so the order is known. */
const LON = [73, 136] as const;
const LAT = [3, 54] as const;

const isIn = (n: number, [from, to]: readonly [number, number]): boolean => n >= from && n <= to;

/**
 * The position in a text with two decimal numbers and nothing else but labels, in either order: `117.1320, 39.2212`,
 * `北纬39.2212° 东经117.1320°`. Null for any other text.
 */
export function coordinatesIn(text: string): Position | null {
  const plain = [...text]
    .map((c) => (c >= '！' && c <= '～' ? String.fromCharCode(c.charCodeAt(0) - 0xfee0) : c))
    .join('');
  const found = /^\D{0,12}?(\d{1,3}\.\d{2,})\D{1,12}?(\d{1,3}\.\d{2,})\s*[°度)\]]?\s*[NE北东]?$/u.exec(plain.trim());
  if (!found) return null;
  const [a, b] = [Number(found[1]), Number(found[2])];
  if (isIn(a, LON) && isIn(b, LAT)) return [a, b];
  return isIn(a, LAT) && isIn(b, LON) ? [b, a] : null;
}
