import { expect, test } from 'vitest';
import { fillingPitch, standFor, type View } from './camera';

const view: View = {
  width: 1384,
  height: 936,
  padding: { top: 40, right: 20, bottom: 50, left: 20 },
  pitch: 36,
  bearing: 0,
  maxZoom: 18,
};

/**
 * The perspective, implemented independently: the position of a ground point on the screen, in pixels from its
 * centre.
 */
function project([lon, lat]: [number, number], stand: ReturnType<typeof standFor>, v: View): [number, number] {
  const world = 512 * 2 ** stand.zoom;
  const mx = (l: number): number => (world * (l + 180)) / 360;
  const my = (l: number): number => (world * (1 - Math.log(Math.tan(Math.PI / 4 + (l * Math.PI) / 360)) / Math.PI)) / 2;
  const [dx, dy] = [mx(lon) - mx(stand.center[0]), my(stand.center[1]) - my(lat)];
  const [b, p] = [(v.bearing * Math.PI) / 180, (v.pitch * Math.PI) / 180];
  const [rx, ry] = [dx * Math.cos(b) - dy * Math.sin(b), dx * Math.sin(b) + dy * Math.cos(b)];
  const eye = v.height / 2 / Math.tan(0.643_501_108_793_284_4 / 2);
  const k = eye / (eye + ry * Math.sin(p));
  return [rx * k, ry * Math.cos(p) * k];
}

test.each([
  ['a district', [117.118, 39.213, 117.148, 39.228], {}],
  ['a tall strip', [7.41, 43.72, 7.42, 43.76], {}],
  ['looking down', [117.118, 39.213, 117.148, 39.228], { pitch: 0 }],
  ['steep and turned', [117.118, 39.213, 117.148, 39.228], { pitch: 58, bearing: -25 }],
] as const)('%s fills the padded view and stays within it', (_name, box, change) => {
  const v = { ...view, ...change };
  const stand = standFor([...box], v);
  const corners = (
    [
      [box[0], box[1]],
      [box[2], box[1]],
      [box[2], box[3]],
      [box[0], box[3]],
    ] as [number, number][]
  ).map((c) => project(c, stand, v));
  const xs = corners.map((c) => c[0]);
  const ys = corners.map((c) => c[1]);
  const room = { left: -v.width / 2 + 20, right: v.width / 2 - 20, bottom: -v.height / 2 + 50, top: v.height / 2 - 40 };
  expect(Math.min(...xs)).toBeGreaterThan(room.left - 2);
  expect(Math.max(...xs)).toBeLessThan(room.right + 2);
  expect(Math.min(...ys)).toBeGreaterThan(room.bottom - 2);
  expect(Math.max(...ys)).toBeLessThan(room.top + 2);
  const used = Math.max(
    (Math.max(...xs) - Math.min(...xs)) / (room.right - room.left),
    (Math.max(...ys) - Math.min(...ys)) / (room.top - room.bottom),
  );
  expect(used).toBeGreaterThan(0.97);
});

test('a single point is shown at the highest allowed zoom', () => {
  const stand = standFor([117.13, 39.22, 117.13, 39.22], view);
  expect(stand.zoom).toBe(18);
  expect(stand.center[0]).toBeCloseTo(117.13, 4);
});

test('a very wide view is filled by looking from lower down, and another one is left as it is', () => {
  const district: [number, number, number, number] = [117.118, 39.213, 117.148, 39.237];
  const widthOf = (v: View): number => {
    const stand = standFor(district, v);
    const [west] = project([district[0], district[1]], stand, v);
    const [east] = project([district[2], district[1]], stand, v);
    return (east - west) / v.width;
  };
  const wide = { ...view, width: 2600 };
  const pitch = fillingPitch(district, wide, 62);
  expect(pitch).toBeGreaterThan(50);
  expect(widthOf({ ...wide, pitch })).toBeGreaterThan(1.5 * widthOf(wide));
  // A tall view is filled by its width, so a lower pitch would make nothing larger.
  expect(fillingPitch(district, { ...view, width: 500 }, 62)).toBe(36);
});
