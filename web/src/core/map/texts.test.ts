import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mapTexts } from './texts';

test('every text of MapLibre exists in Chinese', () => {
  const library = new URL('../../../node_modules/maplibre-gl/dist/maplibre-gl-dev.mjs', import.meta.url);
  const source = readFileSync(library, 'utf8');
  const keys = [...source.matchAll(/"([A-Z]\w+\.[A-Z]\w+)": "/g)].map(([, key]) => key ?? '');
  expect(keys).toContain('CooperativeGesturesHandler.MobileHelpText');
  expect(Object.keys(mapTexts('zh')).toSorted()).toEqual([...new Set(keys)].toSorted());
  for (const text of Object.values(mapTexts('zh'))) expect(text).toMatch(/\p{Script=Han}/u);
  expect(mapTexts('en')).toEqual({});
});
