// @vitest-environment happy-dom
import type { Position } from 'geojson';
import { createApp, h, nextTick, reactive, shallowRef } from 'vue';
import { expect, test, vi } from 'vitest';
import type { Leg } from '../types';
import WayMap from './WayMap.vue';

/** What the map was asked to show: `all` of the route, or `me`. */
const looks: string[] = [];
/** The data of the layers with the position. */
let mine: GeoJSON.FeatureCollection | undefined;
const fake = {
  touchZoomRotate: { disableRotation: () => {} },
  addSource: () => {},
  addLayer: () => {},
  getLayersOrder: () => [],
  getStyle: () => undefined,
  getSource: (name: string) => ({
    setData: (data: GeoJSON.FeatureCollection) => name === 'me' && (mine = data),
  }),
  on: () => {},
  fitBounds: () => looks.push('all'),
  easeTo: () => looks.push('me'),
};
vi.mock('@/core/map/useMap', () => ({
  useMap: () => {
    const map = shallowRef<typeof fake | null>(null);
    return { map, current: () => true, create: () => Promise.resolve((map.value = fake)) };
  },
}));
vi.mock('@/core/map/style', () => ({ mapStyle: () => Promise.resolve({ layers: [] }) }));
vi.mock('@/core/map/images', () => ({ addWayImages: () => Promise.resolve() }));

const leg = (to: Position): Leg =>
  ({
    type: 'Feature',
    properties: { mode: 'ride' },
    geometry: { type: 'LineString', coordinates: [[117.13, 39.22], to] },
  }) as unknown as Leg;

async function show() {
  const props = reactive({
    legs: [leg([117.14, 39.23])],
    gate: null,
    door: null,
    to: 'first',
    me: [117.13, 39.22] as Position,
    accuracy: 10,
  });
  const room = document.createElement('div');
  const app = createApp({ render: () => h(WayMap, { ...props }) });
  app.mount(room);
  await vi.waitFor(() => expect(room.querySelector('[data-way-map="ready"]')).not.toBeNull());
  const set = async (change: Partial<typeof props>): Promise<string[]> => {
    looks.length = 0;
    Object.assign(props, change);
    await nextTick();
    return [...looks];
  };
  return { set, app };
}

test('the route to the next door is shown as a whole, a new route to the same door is not', async () => {
  const { set, app } = await show();
  expect(await set({ me: [117.131, 39.221] })).toEqual(['me']);
  expect(await set({ legs: [leg([117.141, 39.23])] })).toEqual([]);
  expect(await set({ legs: [leg([117.15, 39.24])], to: 'second' })).toContain('all');
  // The map follows the position again from the next movement on.
  expect(await set({ me: [117.132, 39.222] })).toEqual(['me']);
  app.unmount();
});

test('the circle around the position follows the accuracy', async () => {
  const { set, app } = await show();
  const radius = (): number => mine?.features[0]?.properties?.['radius'] as number;
  await set({ accuracy: 20 });
  const before = radius();
  await set({ accuracy: 60 });
  expect(radius() / before).toBeCloseTo(3);
  app.unmount();
});
