// Computes where a pitched camera must be to show a box. MapLibre's own fit assumes a vertical camera and
// leaves half of the screen empty with a pitched one.
import type { Bbox } from '@/core/api/types';

export interface View {
  /** The width of the map in CSS pixels. */
  width: number;
  height: number;
  /** The space to keep free at each side, in pixels. */
  padding: { top: number; right: number; bottom: number; left: number };
  /** The pitch in degrees. */
  pitch: number;
  /** The bearing in degrees, clockwise from north. */
  bearing: number;
  maxZoom: number;
}

export interface Stand {
  center: [number, number];
  zoom: number;
}

/** MapLibre's default vertical field of view, in radians. */
const FIELD_OF_VIEW = (36.869_897_645_844_02 * Math.PI) / 180;
/** The size of the world at zoom 0, in pixels. */
const WORLD = 512;

const mercatorX = (lon: number): number => (lon + 180) / 360;
const mercatorY = (lat: number): number => {
  const limited = Math.max(-85, Math.min(85, lat));
  return (1 - Math.asinh(Math.tan((limited * Math.PI) / 180)) / Math.PI) / 2;
};
const lonOf = (x: number): number => x * 360 - 180;
const latOf = (y: number): number => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

/**
 * The pitch, from `view.pitch` to `most` degrees, at which the box is largest on the screen. A box that is not as wide
 * as the view leaves its sides empty; seen from lower down, it is flatter and can be closer.
 */
export function fillingPitch(box: Bbox, view: View, most: number): number {
  let best = view.pitch;
  let closest = standFor(box, view).zoom;
  for (let pitch = view.pitch + 2; pitch <= most; pitch += 2) {
    const { zoom } = standFor(box, { ...view, pitch });
    if (zoom > closest + 0.005) {
      closest = zoom;
      best = pitch;
    }
  }
  return best;
}

/** The closest camera position at which the whole box is within the padded view. */
export function standFor(box: Bbox, view: View): Stand {
  const corners = [
    [box[0], box[1]],
    [box[2], box[1]],
    [box[2], box[3]],
    [box[0], box[3]],
  ].map(([lon = 0, lat = 0]) => [mercatorX(lon), mercatorY(lat)] as const);
  const middle = [(mercatorX(box[0]) + mercatorX(box[2])) / 2, (mercatorY(box[1]) + mercatorY(box[3])) / 2] as const;

  const turn = (view.bearing * Math.PI) / 180;
  const tilt = (view.pitch * Math.PI) / 180;
  const distance = (0.5 / Math.tan(FIELD_OF_VIEW / 2)) * view.height;

  // The corners relative to the middle, x to the right and y away from the camera, in world units.
  const local = corners.map(([x, y]) => {
    const [dx, dy] = [x - middle[0], middle[1] - y];
    return [dx * Math.cos(turn) - dy * Math.sin(turn), dx * Math.sin(turn) + dy * Math.cos(turn)] as const;
  });

  const left = -view.width / 2 + view.padding.left;
  const right = view.width / 2 - view.padding.right;
  const top = view.height / 2 - view.padding.top;
  const bottom = -view.height / 2 + view.padding.bottom;

  /**
   * The box on the screen when the camera looks at the middle plus (ox, oy) world pixels; null if a
   * part of it is behind the camera or close to it.
   */
  const seen = (size: number, ox: number, oy: number): Bbox | null => {
    let out: Bbox | null = null;
    for (const [lx, ly] of local) {
      const [dx, dy] = [lx * size - ox, ly * size - oy];
      const depth = distance + dy * Math.sin(tilt);
      if (depth < distance * 0.1) return null; // behind the camera, or close to it
      const [sx, sy] = [(dx * distance) / depth, (dy * Math.cos(tilt) * distance) / depth];
      out = out
        ? [Math.min(out[0], sx), Math.min(out[1], sy), Math.max(out[2], sx), Math.max(out[3], sy)]
        : [sx, sy, sx, sy];
    }
    return out;
  };

  /** The offset that centres the box in the padded view at this size, and whether the box fits. */
  const centred = (size: number): { ox: number; oy: number; fits: boolean } => {
    let [ox, oy] = [0, 0];
    let now = seen(size, ox, oy);
    for (let i = 0; i < 24 && now; i += 1) {
      ox += (now[0] + now[2] - left - right) / 2;
      oy += (now[1] + now[3] - bottom - top) / 2 / Math.max(0.2, Math.cos(tilt));
      now = seen(size, ox, oy);
    }
    const fits = now !== null && now[0] >= left - 1 && now[2] <= right + 1 && now[1] >= bottom - 1 && now[3] <= top + 1;
    return { ox, oy, fits };
  };

  let [low, high] = [0, view.maxZoom];
  if (centred(WORLD * 2 ** high).fits) low = high;
  for (let i = 0; i < 30 && high - low > 0.001; i += 1) {
    const zoom = (low + high) / 2;
    if (centred(WORLD * 2 ** zoom).fits) low = zoom;
    else high = zoom;
  }

  const size = WORLD * 2 ** low;
  const { ox, oy } = centred(size);
  // Converts the offset back to world units with north up.
  const x = middle[0] + (ox * Math.cos(turn) + oy * Math.sin(turn)) / size;
  const y = middle[1] - (-ox * Math.sin(turn) + oy * Math.cos(turn)) / size;
  return { center: [lonOf(x), latOf(y)], zoom: low };
}
