// The name of a day order (当日管制), and the period in which it is in force, in words.
import { dateTime } from '@/core/i18n/format';
import type { Lang } from '@/core/i18n/lang';
import type { DayOrder } from './client';

/** `正在实行，11月29日 20:00 解除`; `即将实行，11月30日 06:00 起`. */
export function periodOf(
  { from, until, in_force: isInForce }: Pick<DayOrder, 'from' | 'until' | 'in_force'>,
  lang: Lang,
): string {
  const at = (moment: string): string => dateTime(new Date(moment), lang);
  const parts =
    lang === 'zh'
      ? [
          isInForce ? '正在实行' : '即将实行',
          !isInForce && from ? `${at(from)} 起` : '',
          until ? `${at(until)} 解除` : isInForce ? '解除时间另行通知' : '',
        ]
      : [
          isInForce ? 'in force' : 'announced',
          !isInForce && from ? `from ${at(from)}` : '',
          until ? `until ${at(until)}` : isInForce ? 'until further notice' : '',
        ];
  return parts.filter(Boolean).join(lang === 'zh' ? '，' : ', ');
}

/** `暴雨管制`; `Day order: storm`. */
export const titleOf = ({ title }: Pick<DayOrder, 'title'>, lang: Lang): string =>
  lang === 'zh' ? title.zh : `Day order: ${title.en}`;
