// Formats travel times and opening hours.
import type { Lang } from '@/core/i18n/lang';

/** Converts seconds to whole minutes, rounded up and at least one, so that the shown time is never too short. */
export const minutesOf = (seconds: number): number => Math.max(1, Math.ceil(seconds / 60));

const days: Record<string, [zh: string, en: string]> = {
  Mo: ['周一', 'Mon'],
  Tu: ['周二', 'Tue'],
  We: ['周三', 'Wed'],
  Th: ['周四', 'Thu'],
  Fr: ['周五', 'Fri'],
  Sa: ['周六', 'Sat'],
  Su: ['周日', 'Sun'],
  PH: ['节假日', 'holidays'],
};

/**
 * Formats opening hours in OSM syntax with the days in words. `24/7` and hours for every day are shown without days.
 */
export function hoursOf(text: string | null | undefined, lang: Lang): string {
  if (!text) return '';
  const zh = lang === 'zh';
  if (text === '24/7') return zh ? '24 小时' : '24 hours';
  return text
    .replace(/^Mo-Su /, '')
    .replace(/\b(Mo|Tu|We|Th|Fr|Sa|Su|PH)\b/g, (day) => days[day]?.[zh ? 0 : 1] ?? day)
    .replace(/(?<=[周日])(.)-(?=周)/g, zh ? '$1至' : '$1-')
    .replace(/(\d\d:\d\d)-(\d\d:\d\d)/g, '$1–$2')
    .replace(/\boff\b/g, zh ? '不开放' : 'closed')
    .replaceAll(',', zh ? '、' : ', ');
}
