// Enlarges a map style for wall screens, which are read from metres away and may have 4K
// resolution: larger text, lines and dots. The lines of layers whose width is in metres on the
// ground (roads) stay as they are; such layers have `onemap:metres` in their metadata.
import type { StyleSpecification } from 'maplibre-gl';

const SCALED = new Set([
  'text-size',
  'icon-size',
  'circle-radius',
  'circle-stroke-width',
  'line-width',
  'line-gap-width',
  'text-halo-width',
  'symbol-spacing',
]);

/**
 * Multiplies every output of a style value, with a minimum of `least`. Inputs such as zoom stops stay as they
 * are.
 */
export function scaleValue(value: unknown, by: number, least = 0): unknown {
  if (typeof value === 'number') return Math.max(least, value * by);
  if (!Array.isArray(value)) return value;
  const [operator, ...rest] = value as [string, ...unknown[]];
  switch (operator) {
    case 'interpolate':
    case 'interpolate-hcl':
    case 'interpolate-lab': {
      const [how, input, ...stops] = rest;
      return [operator, how, input, ...stops.map((stop, i) => (i % 2 === 1 ? scaleValue(stop, by, least) : stop))];
    }
    case 'step': {
      const [input, first, ...stops] = rest;
      return [
        operator,
        input,
        scaleValue(first, by, least),
        ...stops.map((stop, i) => (i % 2 === 1 ? scaleValue(stop, by, least) : stop)),
      ];
    }
    case 'case':
      return [
        operator,
        ...rest.map((part, i) => (i % 2 === 1 || i === rest.length - 1 ? scaleValue(part, by, least) : part)),
      ];
    case 'match': {
      const [input, ...arms] = rest;
      return [
        operator,
        input,
        ...arms.map((part, i) => (i % 2 === 1 || i === arms.length - 1 ? scaleValue(part, by, least) : part)),
      ];
    }
    default:
      return least > 0 ? ['max', least, ['*', by, value]] : ['*', by, value];
  }
}

/**
 * A copy of the style in which everything sized in pixels is `by` times as large, and no text is smaller than
 * `leastText` px.
 */
export function scaleStyle(style: StyleSpecification, by: number, leastText = 0): StyleSpecification {
  const copy = structuredClone(style);
  if (by === 1 && leastText === 0) return copy;
  for (const layer of copy.layers) {
    const metadata = layer.metadata as { 'onemap:metres'?: boolean } | undefined;
    for (const group of [layer.paint, layer.layout] as (Record<string, unknown> | undefined)[]) {
      for (const key of Object.keys(group ?? {})) {
        if (!group || !SCALED.has(key)) continue;
        if (key.startsWith('line-') && metadata?.['onemap:metres']) continue;
        group[key] = scaleValue(group[key], by, key === 'text-size' ? leastText : 0);
      }
    }
  }
  return copy;
}
