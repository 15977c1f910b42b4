// Why a small map is not shown.
import { GPUInitializationError } from 'maplibre-gl';
import { ApiError } from '@/core/api/client';
import { explain } from '@/core/api/explain';
import { lang, type Lang } from '@/core/i18n/lang';

const words = {
  zh: {
    offline: '没有网络，手机上也没有保存此处的地图。',
    graphics: '此浏览器无法显示地图：不支持或未启用 WebGL 2。',
    other: (why: string) => `地图未能显示：${why}`,
  },
  en: {
    offline: 'No network, and this map is not stored on the phone.',
    graphics: 'This browser cannot show the map: WebGL 2 is missing or switched off.',
    other: (why: string) => `The map could not be shown: ${why}`,
  },
};

export function mapFailure(error: unknown, in_: Lang = lang.value): string {
  const w = words[in_];
  if (error instanceof GPUInitializationError) return w.graphics;
  if (error instanceof ApiError && error.status === 0) return w.offline;
  return w.other(explain(error, in_));
}
