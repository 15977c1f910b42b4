// The exported files of a report: tables for CSV and XLSX, and GeoJSON. Pure functions.
import type { Feature } from 'geojson';
import type { FeatureOf } from '@/core/api/types';
import type { Lang } from '@/core/i18n/lang';
import type { Cell, Sheet } from '@/core/sheet/sheet';
import { areaChanges, placeChanges } from './changes';
import * as figures from '@/core/planning/figures';
import type { Report } from './useReport';

const words = {
  zh: {
    sheets: {
      summary: '概要',
      areas: '分区',
      sites: '点位',
      changes: '通行与设施改动',
      gains: '受益受损楼栋',
      places: '未覆盖楼栋',
      method: '口径',
    },
    item: '项目',
    value: '内容',
    before: '现状',
    after: '方案',
    scenario: '方案名称',
    saved: '方案创建人',
    version: '方案版次',
    standard: '标准',
    reach: '最远步行',
    back: '往返',
    yes: '是',
    no: '否',
    source: '出处',
    verified: '出处是否核实',
    at: '计算时刻',
    people: '居民人数',
    covered: '覆盖人数',
    share: '覆盖率',
    straight: '按直线距离的覆盖率（仅作对照）',
    backup: '有第二处可达的居民比例',
    mean: '平均步行（米）',
    p95: '95% 的居民步行不超过（米）',
    max: '最远步行（米）',
    seq: '数据版本（提交号）',
    network: '路网版本（提交号）',
    made: '编制账号与时间',
    area: '名称',
    id: '编号',
    more: '覆盖人数增减',
    number: '序号',
    name: '名称',
    lon: '经度',
    lat: '纬度',
    change: '改动',
    layer: '图层',
    walk: '步行（米）',
    uncovered: '未覆盖人数',
    note: '计算口径说明',
    problem: '选址目标',
    incumbent: '目标值',
    bound: '理论界限',
    gap: '差距',
    stop: '停止原因',
    seconds: '计算用时（秒）',
    unsaved: '（未保存的方案）',
  },
  en: {
    sheets: {
      summary: 'Summary',
      areas: 'Areas',
      sites: 'Sites',
      changes: 'Changes',
      gains: 'Gains and losses',
      places: 'Not covered',
      method: 'Method',
    },
    item: 'Item',
    value: 'Value',
    before: 'Today',
    after: 'Scenario',
    scenario: 'Name of the scenario',
    saved: 'Scenario created by',
    version: 'Version of the scenario',
    standard: 'Standard',
    reach: 'Longest walk',
    back: 'There and back',
    yes: 'yes',
    no: 'no',
    source: 'Source',
    verified: 'Source verified',
    at: 'Moment',
    people: 'People',
    covered: 'People covered',
    share: 'Share covered',
    straight: 'Share in a straight line (comparison only)',
    backup: 'Share of people with a second one in reach',
    mean: 'Mean walk (m)',
    p95: '95 % walk at most (m)',
    max: 'Longest walk (m)',
    seq: 'Data version (commit)',
    network: 'Network version (commit)',
    made: 'Made by, at',
    area: 'Name',
    id: 'ID',
    more: 'Change of people covered',
    number: 'No.',
    name: 'Name',
    lon: 'Longitude',
    lat: 'Latitude',
    change: 'Change',
    layer: 'Layer',
    walk: 'Walk (m)',
    uncovered: 'People not covered',
    note: 'Note',
    problem: 'Siting goal',
    incumbent: 'Objective',
    bound: 'Bound (no plan is better)',
    gap: 'Gap',
    stop: 'Stop reason',
    seconds: 'Time of the solver (s)',
    unsaved: '(unsaved scenario)',
  },
};

const whole = (n: number): number => Math.round(n);
/** A share rounded to four decimals, which is 0.01 per cent. */
const four = (share: number | null | undefined): Cell =>
  share === null || share === undefined ? null : Math.round(share * 1e4) / 1e4;
const cell = (n: number | null | undefined): Cell => n ?? null;

/** The tables of a report. */
export function sheetsOf(report: Report, lang: Lang, nameOf: (area: { id: string; name: string }) => string): Sheet[] {
  const w = words[lang];
  const { before, after, siting } = report;
  const { standard } = before;
  const sheets: Sheet[] = [];
  const pair = (name: string, read: (c: Report['before']) => Cell): Cell[] => [
    name,
    read(before),
    after ? read(after) : null,
  ];
  const summary: Cell[][] = [
    [w.item, w.before, w.after],
    [w.scenario, '', report.name ?? w.unsaved],
    [w.saved, '', report.author ?? ''],
    [w.version, '', report.version],
    [w.standard, standard.title[lang], null],
    [w.reach, figures.reach({ metres: standard.metres, minutes: standard.minutes }, lang), null],
    [w.back, standard.there_and_back ? w.yes : w.no, null],
    [w.source, standard.source[lang], null],
    [w.verified, standard.verified ? w.yes : w.no, null],
    [w.at, report.asks.before.at ?? '', null],
    pair(w.people, (c) => whole(c.demand)),
    pair(w.covered, (c) => whole(c.covered)),
    pair(w.share, (c) => four(c.share)),
    pair(w.straight, (c) => four(c.straight_line.share)),
    pair(w.backup, (c) => four(c.backup_share)),
    pair(w.mean, (c) => cell(c.distance_m?.mean)),
    pair(w.p95, (c) => cell(c.distance_m?.p95)),
    pair(w.max, (c) => cell(c.distance_m?.max)),
    pair(w.seq, (c) => c.seq),
    pair(w.network, (c) => c.network_seq),
    [w.made, report.madeBy, report.madeAt.toISOString()],
    ...(siting
      ? [
          [w.problem, siting.title, siting.problem],
          [w.incumbent, null, cell(siting.incumbent)],
          [w.bound, null, cell(siting.bound)],
          [w.gap, null, cell(siting.gap)],
          [w.stop, null, siting.stop_reason],
          [w.seconds, null, siting.seconds],
        ]
      : []),
  ];
  const shareNames = new Set<Cell>([w.share, w.straight, w.backup, w.gap]);
  sheets.push({
    name: w.sheets.summary,
    rows: summary,
    shares: { rows: summary.flatMap(([name = null], i) => (shareNames.has(name) ? [i] : [])) },
  });
  const changes = areaChanges(before, after ?? before);
  const covered = new Map(before.by.map((area) => [area.id, area.covered]));
  sheets.push({
    name: w.sheets.areas,
    shares: { columns: [4, 6] },
    rows: [
      [
        w.id,
        w.area,
        w.people,
        `${w.covered}（${w.before}）`,
        `${w.share}（${w.before}）`,
        ...(after ? [`${w.covered}（${w.after}）`, `${w.share}（${w.after}）`, w.more] : []),
      ],
      ...changes.map((area): Cell[] => {
        const was = covered.get(area.id) ?? 0;
        return [
          area.id,
          nameOf(area),
          whole(area.people),
          whole(was),
          four(area.before),
          ...(after ? [whole(was + area.more), four(area.after), whole(area.more)] : []),
        ];
      }),
    ],
  });
  if (report.sites.length > 0)
    sheets.push({
      name: w.sheets.sites,
      rows: [
        [w.number, w.name, w.lon, w.lat],
        ...report.sites.map(({ name, position: [lon, lat] }, i): Cell[] => [i + 1, name, lon, lat]),
      ],
    });
  if (report.changes.length > 0)
    sheets.push({
      name: w.sheets.changes,
      rows: [
        [w.name, w.change, w.layer, w.id, w.lon, w.lat],
        ...report.changes.map((change): Cell[] => [
          change.name,
          change[lang],
          change.collection,
          change.id,
          change.position?.[0] ?? null,
          change.position?.[1] ?? null,
        ]),
      ],
    });
  if (after) {
    sheets.push({
      name: w.sheets.gains,
      rows: [
        [w.id, w.name, w.more, w.lon, w.lat],
        ...placeChanges(before, after).map(({ id, name, people, position: [lon, lat] }): Cell[] => [
          id,
          name,
          whole(people),
          lon,
          lat,
        ]),
      ],
    });
  }
  sheets.push({
    name: w.sheets.places,
    rows: [
      [w.id, w.name, w.uncovered, w.walk, w.lon, w.lat],
      ...(after ?? before).uncovered.map(({ id, name, people, distance_m, position: [lon, lat] }): Cell[] => [
        id,
        name,
        whole(people),
        cell(distance_m),
        cell(lon),
        cell(lat),
      ]),
    ],
  });
  sheets.push({
    name: w.sheets.method,
    rows: [[w.note], ...(after ?? before).notes.map((note): Cell[] => [note[lang]])],
  });
  return sheets;
}

/** Puts an apostrophe before a text that a spreadsheet would read as a formula. */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/** A field of a CSV line, in quotation marks where RFC 4180 requires them. */
function fieldOf(value: Cell): string {
  if (value === null) return '';
  const text = typeof value === 'number' ? String(value) : harmless(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table as CSV (RFC 4180). Excel recognises UTF-8 by the byte order mark. */
export function csvOf({ rows }: Sheet): string {
  return `\uFEFF${rows.map((row) => row.map(fieldOf).join(',')).join('\r\n')}\r\n`;
}

/**
 * The sites, changes, areas and uncovered buildings of a report as GeoJSON. The member `planning`
 * has the standard, the moment, the data version, the shares and the solver's run.
 */
export function geojsonOf(
  report: Report,
  areas: ReadonlyMap<string, FeatureOf<'grids'>>,
): GeoJSON.FeatureCollection & { planning: Record<string, unknown> } {
  const { before, after, siting } = report;
  const features: Feature[] = report.sites.map(({ name, position, edit }) => ({
    type: 'Feature',
    id: edit.id,
    geometry: edit.feature?.geometry ?? { type: 'Point', coordinates: position },
    properties: { role: 'site', ...edit.feature?.properties, name },
  }));
  for (const change of report.changes)
    if (change.position)
      features.push({
        type: 'Feature',
        id: change.id,
        geometry: { type: 'Point', coordinates: change.position },
        properties: { role: 'change', name: change.name, collection: change.collection, zh: change.zh, en: change.en },
      });
  for (const area of areaChanges(before, after ?? before)) {
    const geometry = areas.get(area.id)?.geometry;
    if (geometry)
      features.push({
        type: 'Feature',
        id: area.id,
        geometry,
        properties: {
          role: 'area',
          name: area.name,
          people: area.people,
          share_before: area.before,
          share_after: area.after,
          people_more: area.more,
        },
      });
  }
  for (const { id, name, people, distance_m, position } of (after ?? before).uncovered)
    features.push({
      type: 'Feature',
      id,
      geometry: { type: 'Point', coordinates: position },
      properties: { role: 'uncovered', name, people, distance_m: distance_m ?? null },
    });
  return {
    type: 'FeatureCollection',
    planning: {
      scenario: report.name,
      standard: before.standard,
      at: report.asks.before.at,
      seq: before.seq,
      network_seq: before.network_seq,
      share_before: before.share,
      share_after: after?.share ?? null,
      siting,
      notes: before.notes,
    },
    features,
  };
}
