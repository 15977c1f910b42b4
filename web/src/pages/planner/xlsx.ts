// Writes tables as an XLSX file. Loaded only when somebody asks for one.
import writeXlsxFile from 'write-excel-file/browser';
import type { Sheet } from './handover';

/** A share is a number from 0 to 1 with decimals; everything else is shown as it is. */
const isShare = (value: number): boolean => value > 0 && value < 1 && !Number.isInteger(value);

export function xlsx(sheets: readonly Sheet[]): Promise<Blob> {
  return writeXlsxFile(
    sheets.map(({ name, rows }) => ({
      sheet: name,
      data: rows.map((row, i) =>
        row.map((value) =>
          value === null
            ? null
            : typeof value === 'number'
              ? { value, type: Number, ...(isShare(value) ? { format: '0.0%' } : {}) }
              : { value, type: String, ...(i === 0 ? { fontWeight: 'bold' as const } : {}) },
        ),
      ),
    })),
  ).toBlob();
}
