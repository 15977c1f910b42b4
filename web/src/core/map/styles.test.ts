// The style documents must be valid, refer to nothing outside of this server, and stay valid when the wall
// screen enlarges them.
import { readFileSync } from 'node:fs';
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import type { StyleSpecification } from 'maplibre-gl';
import { describe, expect, test } from 'vitest';
import { scaleStyle, scaleValue } from './scaleStyle';

// Vitest runs in the folder web/.
const read = (name: string): string => readFileSync(`../geodata/styles/${name}.json`, 'utf8');
const parse = (name: string): StyleSpecification =>
  JSON.parse(read(name).replaceAll('{base}', 'http://127.0.0.1:8080')) as StyleSpecification;

describe.each(['wall', 'light'])('%s', (name) => {
  test('is a valid style', () => {
    expect(validateStyleMin(parse(name))).toEqual([]);
  });

  test('loads nothing from outside', () => {
    expect(read(name)).not.toMatch(/https?:\/\//);
    expect(parse(name)).not.toHaveProperty('glyphs');
    expect(parse(name)).not.toHaveProperty('sprite');
  });

  test('stays valid when enlarged', () => {
    expect(validateStyleMin(scaleStyle(parse(name), 2.8))).toEqual([]);
    expect(validateStyleMin(scaleStyle(parse(name), 1.4, 20))).toEqual([]);
  });

  test('labels polygons that cross tile borders once', () => {
    const layers = parse(name).layers.filter((l) => /^(building|compound|pocket-park)-labels$/.test(l.id));
    expect(layers.length).toBe(3);
    for (const layer of layers) expect(JSON.stringify('filter' in layer && layer.filter)).toContain('label_elsewhere');
  });

  test('requests tiles of exactly the collections that it draws', () => {
    const style = parse(name);
    const source = style.sources['onemap'] as { tiles: string[] };
    const asked = new URL(source.tiles[0] ?? '').searchParams.get('collections')?.split(',').toSorted();
    const drawn = new Set(style.layers.flatMap((l) => ('source-layer' in l && l['source-layer']) || []));
    expect(asked).toEqual([...drawn].toSorted());
  });
});

test('text is enlarged, and layers drawn in metres are not', () => {
  const before = parse('wall');
  const after = scaleStyle(before, 2);
  const paint = (style: StyleSpecification, id: string): unknown => style.layers.find((l) => l.id === id)?.paint;
  expect(paint(after, 'roads')).toEqual(paint(before, 'roads'));
  expect(paint(after, 'routes')).not.toEqual(paint(before, 'routes'));
});

test('only the outputs of style values are multiplied', () => {
  expect(scaleValue(['interpolate', ['linear'], ['zoom'], 13, 11, 17, 14], 2)).toEqual([
    'interpolate',
    ['linear'],
    ['zoom'],
    13,
    22,
    17,
    28,
  ]);
  expect(scaleValue(['step', ['zoom'], 1, 14, 3], 2)).toEqual(['step', ['zoom'], 2, 14, 6]);
  expect(scaleValue(['case', ['has', 'x'], 1, 2], 3)).toEqual(['case', ['has', 'x'], 3, 6]);
  expect(scaleValue(['match', ['get', 'k'], 'a', 1, 2], 3)).toEqual(['match', ['get', 'k'], 'a', 3, 6]);
  expect(scaleValue(['get', 'size'], 3)).toEqual(['*', 3, ['get', 'size']]);
  expect(scaleValue(['interpolate', ['linear'], ['zoom'], 13, 11, 17, 14], 2, 25)).toEqual([
    'interpolate',
    ['linear'],
    ['zoom'],
    13,
    25,
    17,
    28,
  ]);
});
