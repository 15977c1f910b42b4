import { createPropertyExpression, latest, type StylePropertySpecification } from '@maplibre/maplibre-gl-style-spec';
import { expect, test } from 'vitest';
import { radiusAtZoom0, radiusByZoom } from './metres';

test('a circle has its radius in metres at each zoom level', () => {
  const spec = latest.paint_circle['circle-radius'] as StylePropertySpecification;
  const parsed = createPropertyExpression(radiusByZoom('px'), 'circle-radius', spec);
  if (parsed.result !== 'success') throw new Error(JSON.stringify(parsed.value));
  const radius = (zoom: number, metres: number, lat: number): number =>
    parsed.value.evaluate({ zoom }, {
      type: 1,
      properties: { px: radiusAtZoom0(metres, [117.13, lat]) },
    } as never) as number;
  // At zoom level 17 a pixel is 0.597 m wide on the equator, and narrower by the cosine of the latitude elsewhere.
  expect(radius(17, 59.7, 0)).toBeCloseTo(100, 0);
  expect(radius(17, 20, 39.22)).toBeCloseTo(20 / 0.597 / Math.cos((39.22 * Math.PI) / 180), 1);
  expect(radius(18, 20, 39.22) / radius(17, 20, 39.22)).toBeCloseTo(2, 6);
  expect(radius(17.5, 20, 39.22) / radius(17, 20, 39.22)).toBeCloseTo(Math.SQRT2, 6);
});
