import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WallState, type WallListeners } from './wallState';

const cell = {
  type: 'Polygon',
  coordinates: [
    [
      [117, 39],
      [117.01, 39],
      [117.01, 39.01],
      [117, 39.01],
      [117, 39],
    ],
  ],
};

let level = 'green';
let buildings = 100;
let open: object[] = [];
let statusesAsked = 0;
let away = false;

/** Answers the requests of the wall screen. */
function answer(input: unknown): Promise<Response> {
  if (away) return Promise.reject(new TypeError('away'));
  const path = new URL(input instanceof Request ? input.url : String(input), 'http://map').pathname;
  if (path === '/api/grids/status') statusesAsked += 1;
  const feature = (id: string, properties: object): object => ({
    type: 'Feature',
    id,
    geometry: cell,
    properties,
    seq: 3,
    updated_at: '2026-11-22T06:00:00Z',
  });
  const body: Record<string, object> = {
    '/api/': {
      title: '果园新村街道 一张图',
      demo: true,
      seq: 5,
      at: '2026-11-22T06:00:00Z',
      extent: { bbox: [116, 38, 118, 40] },
    },
    '/api/collections': {
      collections: [
        { id: 'buildings', title: '楼栋', itemCount: buildings, extent: { spatial: { bbox: [[117, 39, 118, 40]] } } },
      ],
    },
    '/api/collections/grids/items': {
      features: [feature('g1', { kind: 'grid', name: '第1网格' }), feature('s', { kind: 'street' })],
      links: [],
    },
    '/api/warnings': {
      features: [feature('old', { category: 'other', level: 'red', status: 'closed' }), ...open],
      links: [],
    },
    '/api/collections/units/items': { features: [feature('u1', { name: '执法队' })], links: [] },
    '/api/grids/status': {
      seq: 5,
      at: '',
      grids: [
        { id: 'g1', code: '1', kind: 'grid', level, since: null, reason: null, open: { red: 0, yellow: 0, green: 0 } },
      ],
    },
  };
  return Promise.resolve(body[path] ? Response.json(body[path]) : new Response('{"detail":"no"}', { status: 404 }));
}

const red = (seq: number, status = 'reported', colour = 'red') => ({
  seq,
  at: '2026-11-22T06:05:00Z',
  changes: [
    {
      collection: 'warnings',
      id: 'w1',
      kind: 'put' as const,
      feature: {
        type: 'Feature' as const,
        id: 'w1',
        geometry: null,
        properties: { category: 'other', level: colour, status, grid: 'g1' },
        seq,
        updated_at: '',
      },
    },
  ],
});

async function wall(listeners: WallListeners): Promise<WallState> {
  const state = new WallState(listeners);
  expect(await state.load()).toBe(5);
  return state;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', answer);
  level = 'green';
  buildings = 100;
  open = [];
  statusesAsked = 0;
  away = false;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('ended cases are dropped, and the default area is that of the grids', async () => {
  const state = await wall({});
  expect(state.warnings.value.size).toBe(0);
  expect(state.units.get('u1')).toBe('执法队');
  expect(state.homeExtent()).toEqual([117, 39, 117.01, 39.01]);
});

test('a red case is new once, and the levels of the grids are requested again', async () => {
  const onNewRed = vi.fn();
  const onGrids = vi.fn();
  const state = await wall({ onNewRed, onGrids });
  level = 'red';
  state.apply(red(6));
  state.apply(red(7, 'filed'));
  expect(onNewRed).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(300);
  expect(onGrids).toHaveBeenCalledWith(['g1']);
  expect(state.grids.value.get('g1')?.status?.level).toBe('red');
  // The case turns yellow and red again, which counts as new.
  state.apply(red(8, 'filed', 'yellow'));
  state.apply(red(9, 'filed'));
  expect(onNewRed).toHaveBeenCalledTimes(2);
  state.apply(red(10, 'closed'));
  expect(state.warnings.value.size).toBe(0);
});

test('an older version of a case changes nothing', async () => {
  const state = await wall({});
  state.apply(red(9, 'handling'));
  state.apply(red(8, 'closed'));
  expect(state.warnings.value.get('w1')?.properties.status).toBe('handling');
});

test('an import is reported with the numbers before and after', async () => {
  const onArrivals = vi.fn();
  const onTiles = vi.fn();
  const state = await wall({ onArrivals, onTiles });
  buildings = 23_470;
  state.apply({ seq: 6, at: '', reset: [{ collection: 'buildings', bbox: [7, 43, 8, 44] }] });
  await vi.advanceTimersByTimeAsync(0);
  expect(onTiles).toHaveBeenCalledWith(['buildings']);
  expect(onArrivals).toHaveBeenCalledWith([
    { collection: 'buildings', bbox: [7, 43, 8, 44], before: 100, after: 23_470, named: 0, wasEmpty: false },
  ]);
});

const feature = (id: string, seq: number, properties: object) => ({
  type: 'Feature',
  id,
  geometry: null,
  properties: { category: 'other', status: 'filed', ...properties },
  seq,
  updated_at: '',
});

test('after a reset, cases that turned red meanwhile are new and ended ones are reported', async () => {
  const onNewRed = vi.fn();
  const onRedGone = vi.fn();
  open = [
    feature('stays', 1, { level: 'red' }),
    feature('ends', 1, { level: 'red' }),
    feature('calms', 1, { level: 'red' }),
  ];
  const state = await wall({ onNewRed, onRedGone });
  expect(onNewRed).not.toHaveBeenCalled();
  open = [
    feature('stays', 1, { level: 'red' }),
    feature('calms', 4, { level: 'yellow' }),
    feature('new', 4, { level: 'red' }),
  ];
  await state.load();
  expect(onNewRed.mock.calls.map(([w]) => (w as { id: string }).id)).toEqual(['new']);
  expect(onRedGone.mock.calls).toEqual([['ends'], ['calms']]);
});

test('with constant changes the levels are requested, but at most four times a second', async () => {
  const state = await wall({});
  statusesAsked = 0;
  for (let i = 0; i < 200; i += 1) {
    state.apply(red(6 + i));
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(statusesAsked).toBeGreaterThan(20);
  expect(statusesAsked).toBeLessThanOrEqual(41);
  state.end();
  expect(vi.getTimerCount()).toBe(0);
});

test('requests to an unreachable server are repeated until it answers', async () => {
  const state = await wall({});
  away = true;
  level = 'red';
  state.apply(red(6));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(state.grids.value.get('g1')?.status?.level).toBe('green');
  away = false;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(state.grids.value.get('g1')?.status?.level).toBe('red');
});

test('cases pending review as spam are not open', async () => {
  open = [feature('spam', 1, { level: 'yellow', held: true })];
  expect((await wall({})).warnings.value.size).toBe(0);
});
