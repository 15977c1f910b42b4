// Loads the monthly report, and saves it as a file.
import * as api from '@/core/api/client';
import * as format from '@/core/i18n/format';
import { pick, type Lang } from '@/core/i18n/lang';
import { categoryWords } from '@/core/i18n/words';
import * as ledger from '@/core/ledger/client';
import type { FigureRow, Figures } from '@/core/ledger/types';
import { monthOf } from './chinaTime';
import { save } from './csvFile';
import { sheetsOf, type By, type Meta } from './monthly';
import type { MonthWords } from './words/paper';

export interface MonthReport {
  figures: Figures;
  /** The name of the map. */
  map: string;
  /** The name of the subdistrict; empty if the map has several, or none. */
  street: string;
  demo: boolean;
  madeAt: Date;
}

export async function loadMonth(month: string): Promise<MonthReport> {
  const [figures, landing, streets] = await Promise.all([
    ledger.figures(month),
    api.landing(),
    api.allItems('grids', undefined, { kind: 'street', limit: '2' }).catch(() => []),
    ledger.rules().catch(() => null), // for the names of categories that the rules add
  ]);
  const street = streets.length === 1 ? (streets[0]?.properties.name ?? '') : '';
  return { figures, map: landing.title, street, demo: landing.demo, madeAt: new Date() };
}

export function rowName(by: By, row: FigureRow, w: MonthWords): string {
  if (row.key === '') return w.none[by];
  return by === 'category' ? pick(categoryWords(row.key)) : row.name || row.key;
}

export function titleOf({ figures, street }: MonthReport, w: MonthWords): string {
  const [year = '', month = ''] = figures.month.split('-');
  return w.title(street || w.ownName, w.month(year, month));
}

/** The period that the numbers cover. A month that has not ended is covered up to the time of the report. */
export function periodOf(month: string, madeAt: Date, w: MonthWords, lang: Lang): string {
  const from = new Date(`${month}-01T00:00:00+08:00`);
  if (monthOf(madeAt) === month)
    return w.period(format.fullDateTime(from, lang), format.fullDateTime(madeAt, lang)) + w.running;
  let lastDay = from;
  for (let day = from; monthOf(day) === month; day = new Date(day.getTime() + 86_400_000)) lastDay = day;
  return w.period(format.fullDateTime(from, lang), format.fullDateTime(lastDay, lang).replace('00:00', '24:00'));
}

export function metaOf(report: MonthReport, w: MonthWords, lang: Lang): Meta {
  const { figures, madeAt, map, demo } = report;
  return [
    [w.meta.period, periodOf(figures.month, madeAt, w, lang)],
    [w.meta.source, demo ? `${w.source(map)}（${w.demo}）` : w.source(map)],
    [w.meta.version, w.version(String(figures.seq))],
    [w.meta.made, format.fullDateTime(madeAt, lang)],
  ];
}

/** Saves the report as an XLSX file on the device of the person. */
export async function saveMonth(report: MonthReport, w: MonthWords, lang: Lang): Promise<void> {
  const about = { title: titleOf(report, w), meta: metaOf(report, w, lang) };
  const { xlsx } = await import('@/core/sheet/xlsx');
  const sheets = sheetsOf(report.figures, about, w, (by, row) => rowName(by, row, w));
  save(await xlsx(sheets), `${w.file(report.figures.month)}.xlsx`);
}
