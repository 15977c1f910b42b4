// A table for CSV and XLSX files.

export type Cell = string | number | null;

export interface Sheet {
  name: string;
  /** The first row has the headings. */
  rows: Cell[][];
  /** The columns and rows whose numbers are shares from 0 to 1. Columns and rows count from 0. */
  shares?: { columns?: readonly number[]; rows?: readonly number[] };
}

/** Whether a number of a table is a share, which spreadsheets show as per cent. */
export const isShare = ({ shares }: Sheet, row: number, column: number): boolean =>
  (shares?.columns?.includes(column) ?? false) || (shares?.rows?.includes(row) ?? false);

/** How wide a text is, in the digits of a spreadsheet. A Chinese character is as wide as two digits. */
const widthOf = (value: Cell): number =>
  [...String(value ?? '')].reduce((all, letter) => all + (letter > '\u2e7f' ? 2 : 1), 0);

/** The width of each column in digits: that of its widest cell, within limits. */
export function columnWidths({ rows }: Sheet): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, i) =>
    Math.min(60, Math.max(8, ...rows.map((row) => widthOf(row[i] ?? null))) + 2),
  );
}
