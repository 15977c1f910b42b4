// The monthly report (月报): the month beside the month before, rankings, and the tables of its XLSX file. Pure
// functions; the page and the file show the same numbers.
import type { CommunityRounds, FigureRow, Figures } from '@/core/ledger/types';
import type { Cell, Sheet } from '@/core/sheet/sheet';
import type { MonthWords } from './words/paper';

export type By = 'community' | 'unit' | 'category';

/** A community, unit or category, with its place in the ranking. */
export interface Ranked {
  row: FigureRow;
  /** The same row of the month before, if it had one. */
  before: FigureRow | undefined;
  /** Null if there is no on-time share by which to rank. Equal rows have the same rank. */
  rank: number | null;
  rankBefore: number | null;
}

/** The better row first: the higher on-time share, then more closed cases, then the shorter time to close. */
function better(a: FigureRow, b: FigureRow): number {
  return (
    (b.on_time_share ?? -1) - (a.on_time_share ?? -1) ||
    b.closed - a.closed ||
    (a.hours_to_close_median ?? 0) - (b.hours_to_close_median ?? 0)
  );
}

/** The ranks of the rows by their key. The cases without a community or unit (key '') have none. */
function ranks(rows: readonly FigureRow[]): Map<string, number> {
  const ranked = rows.filter((row) => row.key !== '' && typeof row.on_time_share === 'number').toSorted(better);
  const all = new Map<string, number>();
  for (const [i, row] of ranked.entries()) {
    const above = ranked[i - 1];
    all.set(row.key, above && better(above, row) === 0 ? (all.get(above.key) ?? i) : i + 1);
  }
  return all;
}

/** The rows of a table in the order of their ranks, then those without a rank; the cases without a key last. */
export function ranking(figures: Figures, by: By): Ranked[] {
  const [now, then] = [ranks(figures.by[by]), ranks(figures.previous.by[by])];
  const before = new Map(figures.previous.by[by].map((row) => [row.key, row]));
  return figures.by[by]
    .toSorted(
      (a, b) =>
        Number(a.key === '') - Number(b.key === '') ||
        better(a, b) ||
        b.reported - a.reported ||
        (a.key < b.key ? -1 : 1),
    )
    .map((row) => ({
      row,
      before: before.get(row.key),
      rank: now.get(row.key) ?? null,
      rankBefore: then.get(row.key) ?? null,
    }));
}

/** The patrol rounds of a community, beside those of the month before. */
export interface RoundsRow {
  row: CommunityRounds;
  /** The share of its grids that were walked; null without grids. */
  share: number | null;
  before: number;
}

const roundsRow = (row: CommunityRounds, before: number): RoundsRow => ({
  row,
  share: row.grids > 0 ? row.walked / row.grids : null,
  before,
});

/** The communities by the share of their grids that were walked, then by rounds; the total last. */
export function roundsOf(figures: Pick<Figures, 'rounds' | 'previous_rounds'>, w: MonthWords): RoundsRow[] {
  const before = new Map(figures.previous_rounds.map((r) => [r.key, r.rounds]));
  const rows = figures.rounds
    .map((row) => roundsRow(row, before.get(row.key) ?? 0))
    .toSorted(
      (a, b) => (b.share ?? 0) - (a.share ?? 0) || b.row.rounds - a.row.rounds || (a.row.key < b.row.key ? -1 : 1),
    );
  const sum = (n: (r: RoundsRow) => number): number => rows.reduce((all, r) => all + n(r), 0);
  const total: CommunityRounds = {
    key: 'total',
    name: w.total,
    grids: sum((r) => r.row.grids),
    walked: sum((r) => r.row.walked),
    rounds: sum((r) => r.row.rounds),
  };
  return rows.length > 0
    ? [
        ...rows,
        roundsRow(
          total,
          sum((r) => r.before),
        ),
      ]
    : [];
}

export interface Indicator {
  name: string;
  now: number | null;
  before: number | null;
  /** How the numbers are written: whole, a share of 1, or with one decimal. */
  as: 'count' | 'share' | 'decimal';
}

/** The totals of the month beside those of the month before. */
export function overview({ total, previous }: Pick<Figures, 'total' | 'previous'>, w: MonthWords): Indicator[] {
  const read = (name: string, as: Indicator['as'], of: (row: FigureRow) => number | null | undefined): Indicator => ({
    name,
    now: of(total) ?? null,
    before: of(previous.total) ?? null,
    as,
  });
  return [
    read(w.count(w.reported), 'count', (r) => r.reported),
    read(w.count(w.filed), 'count', (r) => r.filed),
    read(w.count(w.rejected), 'count', (r) => r.rejected),
    read(w.count(w.closed), 'count', (r) => r.closed),
    read(w.count(w.onTime), 'count', (r) => r.on_time),
    read(w.onTimeShare, 'share', (r) => r.on_time_share),
    read(w.times(w.returned), 'count', (r) => r.returned),
    read(w.times(w.reopened), 'count', (r) => r.reopened),
    read(w.count(w.rated), 'count', (r) => r.rated),
    read(w.ratingMean, 'decimal', (r) => r.rating_mean),
    read(w.hours, 'decimal', (r) => r.hours_to_close_median),
  ];
}

/** A number as it is written on paper; a dash if there is none. */
export function written(value: number | null | undefined, as: Indicator['as'] = 'count'): string {
  if (typeof value !== 'number') return '–';
  if (as === 'share') return `${(value * 100).toFixed(1)}%`;
  return as === 'decimal' ? value.toFixed(1) : String(value);
}

/**
 * How much a number has changed since the month before, with its sign; a dash if one of the two is missing. It is the
 * difference of the numbers as they are written, so that the sheet adds up.
 */
export function changed({ now, before, as }: Indicator, w: MonthWords): string {
  if (now === null || before === null) return '–';
  const shown = (value: number): number => (as === 'count' ? value : Number.parseFloat(written(value, as)));
  const by = shown(now) - shown(before);
  const text = as === 'count' ? String(by) : by.toFixed(1);
  if (Number(text) === 0) return as === 'share' ? w.points('0') : '0';
  const signed = by > 0 ? `+${text}` : text.replace('-', '−');
  return as === 'share' ? w.points(signed) : signed;
}

/** What the report says about itself, as label and text: period, source, data version, time. */
export type Meta = readonly (readonly [string, string])[];

/** A row of a table, beside the numbers of the month before. */
const cells = (label: string, row: FigureRow, before: FigureRow | undefined): Cell[] => [
  label,
  row.reported,
  before?.reported ?? 0,
  row.filed,
  row.rejected,
  row.closed,
  before?.closed ?? 0,
  row.on_time,
  row.on_time_share ?? null,
  before?.on_time_share ?? null,
  row.returned,
  row.reopened,
  row.rated,
  row.rating_mean ?? null,
  row.hours_to_close_median ?? null,
];

/** The report as the tables of an XLSX file. `nameOf` gives the name of a row. */
export function sheetsOf(
  figures: Figures,
  { title, meta }: { title: string; meta: Meta },
  w: MonthWords,
  nameOf: (by: By, row: FigureRow) => string,
): Sheet[] {
  const items = overview(figures, w);
  const rankSheet = (name: string, by: By): Sheet => {
    const isRanked = by !== 'category';
    const head: Cell[] = [
      w.name[by],
      w.reported,
      w.last(w.reported),
      w.filed,
      w.rejected,
      w.closed,
      w.last(w.closed),
      w.onTime,
      w.onTimeShare,
      w.last(w.onTimeShare),
      w.returned,
      w.reopened,
      w.rated,
      w.ratingMean,
      w.hours,
    ];
    const rows = ranking(figures, by).map(({ row, before, rank, rankBefore }): Cell[] => [
      ...(isRanked ? [rank, rankBefore] : []),
      ...cells(nameOf(by, row), row, before),
    ]);
    return {
      name,
      rows: [
        [...(isRanked ? [w.rank, w.rankBefore] : []), ...head],
        ...rows,
        [...(isRanked ? [null, null] : []), ...cells(w.total, figures.total, figures.previous.total)],
      ],
      shares: { columns: isRanked ? [10, 11] : [8, 9] },
    };
  };
  return [
    {
      name: w.overview,
      rows: [
        [title, w.thisMonth, w.lastMonth, w.change],
        ...items.map((it): Cell[] => [it.name, it.now, it.before, changed(it, w)]),
      ],
      shares: { rows: items.flatMap(({ as }, i) => (as === 'share' ? [i + 1] : [])) },
    },
    rankSheet(w.communities, 'community'),
    rankSheet(w.units, 'unit'),
    rankSheet(w.categories, 'category'),
    {
      name: w.patrols,
      rows: [
        [w.name.community, w.grids, w.gridsWalked, w.gridsShare, w.rounds, w.last(w.rounds)],
        ...roundsOf(figures, w).map(({ row, share, before }): Cell[] => [
          row.name,
          row.grids,
          row.walked,
          share,
          row.rounds,
          before,
        ]),
      ],
      shares: { columns: [3] },
    },
    {
      name: w.notes,
      rows: [
        [w.item, w.content],
        ...meta.map(([label, text]): Cell[] => [label, text]),
        ...w.rules.map((rule): Cell[] => [w.notes, rule]),
        ...[w.sign.made, w.sign.checked, w.sign.approved].map((who): Cell[] => [who, '']),
      ],
    },
  ];
}
