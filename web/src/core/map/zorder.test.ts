import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addLayer, checkOrder, layerAbove, Z_ORDER, zIndex } from './zorder';

type Map = Parameters<typeof addLayer>[0];

/** A fake map with only a list of layers, bottom to top. */
function mapWith(...layers: string[]): Map & { layers: string[] } {
  return {
    layers,
    getLayersOrder: () => layers,
    addLayer: (layer: { id: string }, before?: string) =>
      void layers.splice(before === undefined ? layers.length : layers.indexOf(before), 0, layer.id),
  } as unknown as Map & { layers: string[] };
}

test('a layer gets its position in the list, in whichever order layers are added', () => {
  const map = mapWith('background', 'barriers', 'compound-labels');
  for (const id of ['mark', 'warning-pins', 'grid-sign', 'grid-floor', 'ring', 'warning-pins-green'] as const)
    addLayer(map, { id, type: 'background' });
  expect(map.layers).toEqual([
    'background',
    'grid-floor',
    'barriers',
    'compound-labels',
    'grid-sign',
    'ring',
    'warning-pins-green',
    'warning-pins',
    'mark',
  ]);
});

test('an unlisted layer is an error that names it', () => {
  expect(() => addLayer(mapWith('background'), { id: 'my-layer' as never, type: 'background' })).toThrow(
    '"my-layer" is not in Z_ORDER',
  );
  expect(() => layerAbove(['my-layer'], 'background')).toThrow('"my-layer"');
  expect(() => zIndex('')).toThrow('not in Z_ORDER');
});

test('a style with layers in another order is refused', () => {
  expect(() => checkOrder(['background', 'roads', 'green'])).toThrow('"green" is drawn above "roads"');
  expect(() => checkOrder(['background', 'background'])).toThrow('"background" is drawn above "background"');
  expect(() => checkOrder([])).not.toThrow();
});

test('each layer is listed once', () => {
  expect(new Set(Z_ORDER).size).toBe(Z_ORDER.length);
});

// Vitest runs in the folder web/.
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (f) => /\.(ts|vue)$/.test(f) && !f.endsWith('.test.ts'),
);
const read = (file: string): string => readFileSync(join('src', file), 'utf8');

test.each(['wall', 'light'])('the layers of the style %s are listed, in order', (name) => {
  const style = JSON.parse(readFileSync(`../geodata/styles/${name}.json`, 'utf8')) as { layers: { id: string }[] };
  expect(() => checkOrder(style.layers.map((l) => l.id))).not.toThrow();
});

test('no page adds a layer that is not in the list', () => {
  const others = sources.filter(
    (f) => f !== join('core', 'map', 'zorder.ts') && /\.(addLayer|moveLayer)\(/.test(read(f)),
  );
  expect(others).toEqual([]);
});

test('map code uses only colours of the list', () => {
  const drawing = sources.filter(
    (f) =>
      f !== join('core', 'map', 'colors.ts') && (/\baddLayer\(|\.addImage\(/.test(read(f)) || f.includes('layers')),
  );
  expect(drawing.length).toBeGreaterThan(6);
  expect(drawing.filter((f) => /\btoken\('--|['"]#[0-9a-f]{3,8}['"]|['"]rgba?\(/i.test(read(f)))).toEqual([]);
});
