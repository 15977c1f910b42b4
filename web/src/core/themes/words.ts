// The words about thematic maps that more than one page uses.
import type { Lang } from '@/core/i18n/lang';
import type { By } from './client';

const date = (text: string, lang: Lang): string => {
  const [, month = '', day = ''] = text.split('-');
  if (lang === 'zh') return `${Number(month)}月${Number(day)}日`;
  const names = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  return `${Number(day)} ${names[Number(month) - 1] ?? month}`;
};

export const themeWords = {
  zh: {
    title: '十彩民情图',
    by: { grid: '按网格', community: '按社区', building: '按楼栋' } satisfies Record<By, string>,
    area: { grid: '网格', community: '社区', building: '楼栋' } satisfies Record<By, string>,
    below: (to: string) => `${to} 以下`,
    from: (from: string) => `${from} 及以上`,
    range: (from: string, to: string) => (from === to ? from : `${from}–${to}`),
    noData: '无数据',
    unit: (unit: string) => `单位：${unit}`,
    areas: (n: string) => `${n} 个`,
    attention: '颜色越强，越需关注',
    period: (from: string, until: string) => `${date(from, 'zh')}至${date(until, 'zh')}`,
    asOf: (at: string) => `数据截至 ${at}`,
    version: (seq: string) => `数据版本 ${seq}`,
    source: (map: string) => `来源：${map}`,
    rests: (n: string) => `依据 ${n} 项`,
  },
  en: {
    title: 'Ten colours',
    by: { grid: 'By grid', community: 'By community', building: 'By building' } satisfies Record<By, string>,
    area: { grid: 'Grid', community: 'Community', building: 'Building' } satisfies Record<By, string>,
    below: (to: string) => `below ${to}`,
    from: (from: string) => `${from} and more`,
    range: (from: string, to: string) => (from === to ? from : `${from}–${to}`),
    noData: 'No data',
    unit: (unit: string) => `Unit: ${unit}`,
    areas: (n: string) => `${n} areas`,
    attention: 'The stronger the colour, the more attention it needs',
    period: (from: string, until: string) => `${date(from, 'en')} to ${date(until, 'en')}`,
    asOf: (at: string) => `Data as of ${at}`,
    version: (seq: string) => `data version ${seq}`,
    source: (map: string) => `Source: ${map}`,
    rests: (n: string) => `from ${n}`,
  },
};
export type ThemeWords = (typeof themeWords)['zh'];
