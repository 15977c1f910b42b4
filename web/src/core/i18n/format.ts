// Formats numbers, times, durations and distances.
import type { Lang } from './lang';

/**
 * All times are shown in China's time zone, because the map's places are there, whatever the time zone of the
 * machine.
 */
export const TIME_ZONE = 'Asia/Shanghai';

const tags: Record<Lang, string> = { zh: 'zh-CN', en: 'en-GB' };

const kept = new Map<string, Intl.DateTimeFormat>();

function parts(at: Date, options: Intl.DateTimeFormatOptions, lang: Lang): Record<string, string> {
  const key = lang + JSON.stringify(options);
  let format = kept.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(tags[lang], { timeZone: TIME_ZONE, hourCycle: 'h23', ...options });
    kept.set(key, format);
  }
  return Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
}

/** The date without a year: 11月22日, 22 Nov. */
export function date(at: Date, lang: Lang): string {
  const p = parts(at, lang === 'zh' ? { month: 'numeric', day: 'numeric' } : { month: 'short', day: 'numeric' }, lang);
  return lang === 'zh' ? `${p['month']}月${p['day']}日` : `${p['day']} ${p['month']}`;
}

/** The date of a day such as 2026-11-22. The year is only named if it is not the present one. */
export function day(text: string, lang: Lang): string {
  const at = new Date(`${text}T00:00:00+08:00`);
  const year = parts(at, { year: 'numeric' }, lang)['year'];
  if (year === parts(new Date(), { year: 'numeric' }, lang)['year']) return date(at, lang);
  return lang === 'zh' ? `${year}年${date(at, lang)}` : `${date(at, lang)} ${year}`;
}

/** The day of the week: 星期日, Sunday. */
export function weekday(at: Date, lang: Lang): string {
  return parts(at, { weekday: 'long' }, lang)['weekday'] ?? '';
}

/** The time of day: 14:05, or with seconds. */
export function time(at: Date, lang: Lang, seconds = false): string {
  const p = parts(at, { hour: '2-digit', minute: '2-digit', second: '2-digit' }, lang);
  return `${p['hour']}:${p['minute']}${seconds ? `:${p['second']}` : ''}`;
}

/** The date without a year, and the time: 11月22日 14:05, 22 Nov 14:05. */
export function dateTime(at: Date, lang: Lang): string {
  return `${date(at, lang)} ${time(at, lang)}`;
}

/** The date with its year, and the time: 2026年11月22日 14:05, 22 Nov 2026 14:05. For documents that are kept. */
export function fullDateTime(at: Date, lang: Lang): string {
  const year = parts(at, { year: 'numeric' }, lang)['year'];
  return lang === 'zh' ? `${year}年${dateTime(at, lang)}` : `${date(at, lang)} ${year} ${time(at, lang)}`;
}

/**
 * A duration in one unit: 40 秒, 7 分钟, 3 小时, 2 天. Rounded down, so that it never exceeds the time that has
 * passed.
 */
export function duration(milliseconds: number, lang: Lang): string {
  const s = Math.max(0, Math.floor(milliseconds / 1000));
  const [n, zh, en] =
    s < 60
      ? [s, '秒', 's']
      : s < 3600
        ? [Math.floor(s / 60), '分钟', 'min']
        : s < 86_400
          ? [Math.floor(s / 3600), '小时', 'h']
          : [Math.floor(s / 86_400), '天', 'd'];
  return `${n} ${lang === 'zh' ? zh : en}`;
}

/** A distance: 320 m, 1.4 km. */
export function distance(metres: number): string {
  return metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(metres < 10_000 ? 1 : 0)} km`;
}

const figures = new Intl.NumberFormat('en-US');

/** A number with separators: 23,370. */
export function count(n: number): string {
  return figures.format(n);
}
