// A thematic map as a table for spreadsheets: the values, and what was counted.
import * as format from '@/core/i18n/format';
import { pick, type Lang } from '@/core/i18n/lang';
import type { Sheet } from '@/core/sheet/sheet';
import type { ThemeMap } from './client';
import { legendOf, ranked } from './theme';
import { themeWords } from './words';

export interface About {
  /** The name of the map, which is the source. */
  map: string;
  /** The name of an area. */
  name: (id: string) => string;
  madeAt: Date;
}

const words = {
  zh: {
    id: '编号',
    class: '分级',
    n: '依据数量',
    values: '数据',
    notes: '说明',
    theme: '专题',
    counted: '统计口径',
    period: '统计时段',
    at: '数据截至',
    version: '数据版本',
    source: '来源',
    made: '制表时间',
    whole: '现状，无时段',
  },
  en: {
    id: 'Id',
    class: 'Class',
    n: 'Counted',
    values: 'Values',
    notes: 'Notes',
    theme: 'Theme',
    counted: 'What is counted',
    period: 'Period',
    at: 'As of',
    version: 'Data version',
    source: 'Source',
    made: 'Made',
    whole: 'What exists, no period',
  },
};

export function sheetsOf(map: ThemeMap, { map: source, name, madeAt }: About, lang: Lang): Sheet[] {
  const [w, t] = [words[lang], themeWords[lang]];
  const classes = new Map(legendOf(map, 'light', t).map((row) => [row.class, row.text]));
  const areas = [...ranked(map), ...map.areas.filter((area) => (area.value ?? null) === null)];
  const unit = pick(map.unit, lang);
  const title = pick(map.title, lang);
  return [
    {
      name: w.values,
      rows: [
        [t.area[map.by], w.id, lang === 'zh' ? `${title}（${unit}）` : `${title} (${unit})`, w.class, w.n],
        ...areas.map((area) => [
          name(area.id),
          area.id,
          area.value ?? null,
          classes.get(area.class ?? null) ?? t.noData,
          area.n,
        ]),
      ],
    },
    {
      name: w.notes,
      rows: [
        [w.theme, title],
        [w.counted, pick(map.note, lang)],
        [w.period, map.period ? t.period(map.period.from, map.period.until) : w.whole],
        [w.at, format.fullDateTime(new Date(map.at), lang)],
        [w.version, map.seq],
        [w.source, source],
        [w.made, format.fullDateTime(madeAt, lang)],
      ],
    },
  ];
}
