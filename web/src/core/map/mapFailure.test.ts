import { GPUInitializationError } from 'maplibre-gl';
import { afterEach, expect, test, vi } from 'vitest';
import { ApiError } from '@/core/api/client';
import { workerScript } from '@/core/offline/workerScript';
import { mapFailure } from './mapFailure';

afterEach(() => vi.unstubAllGlobals());

test('a browser without WebGL is not told that there is no network', () => {
  const error = new GPUInitializationError({}, null);
  expect(mapFailure(error, 'zh')).toBe('此浏览器无法显示地图：不支持或未启用 WebGL 2。');
  expect(mapFailure(error, 'en')).toContain('WebGL 2');
});

test('a server that fails is told apart from a missing network', () => {
  expect(mapFailure(new ApiError(502, ''), 'zh')).toMatch(/^地图未能显示：服务器出错/);
  expect(mapFailure(new ApiError(0, 'fetch failed'), 'zh')).toBe('没有网络，手机上也没有保存此处的地图。');
});

test('a worker of the map that cannot be loaded without a network counts as a missing network', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  const error = await workerScript('/maplibre-worker.js').catch((cause: unknown) => cause);
  expect(mapFailure(error, 'en')).toBe('No network, and this map is not stored on the phone.');
});
