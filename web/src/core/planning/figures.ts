// The formats of figures on the page.
import * as format from '@/core/i18n/format';
import type { Lang } from '@/core/i18n/lang';

/**
 * A share from 0 to 1 as per cent with one decimal and a narrow no-break space: 62.4 %. A dash if
 * it is missing.
 */
export const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? '–' : `${(share * 100).toFixed(1)}\u202f%`;

/**
 * A difference of shares in percentage points with its sign: +8.1. A dash if a share is missing.
 */
export function points(from: number | null | undefined, to: number | null | undefined): string {
  if (from === null || from === undefined || to === null || to === undefined) return '–';
  const by = Math.round((to - from) * 1000) / 10;
  return `${by > 0 ? '+' : by < 0 ? '−' : '±'}${Math.abs(by).toFixed(1)}`;
}

/** A number of people, rounded to a whole number. A dash if it is missing. */
export const people = (n: number | null | undefined): string =>
  n === null || n === undefined ? '–' : format.count(Math.round(n));

/** A change in people, rounded, with its sign: +120. */
export function signed(n: number): string {
  const whole = Math.round(n);
  return `${whole > 0 ? '+' : whole < 0 ? '−' : '±'}${format.count(Math.abs(whole))}`;
}

export const metres = (m: number | null | undefined): string =>
  m === null || m === undefined ? '–' : format.distance(m);

/** Seconds as minutes with one decimal: 3.4 分钟. A dash if they are missing. */
export const minutes = (seconds: number | null | undefined, lang: Lang): string =>
  seconds === null || seconds === undefined ? '–' : `${(seconds / 60).toFixed(1)} ${lang === 'zh' ? '分钟' : 'min'}`;

/** The longest walk that a standard allows: 300 米, 4 分钟. */
export const reach = (of: { metres?: number | null; minutes?: number | null }, lang: Lang): string =>
  of.minutes
    ? `${of.minutes} ${lang === 'zh' ? '分钟' : 'min'}`
    : lang === 'zh'
      ? `${of.metres ?? 0} 米`
      : `${of.metres ?? 0} m`;

/** Longitude and latitude in degrees with five decimals: 117.13120, 39.22010. */
export const place = ([lon, lat]: readonly number[]): string => `${(lon ?? 0).toFixed(5)}, ${(lat ?? 0).toFixed(5)}`;
