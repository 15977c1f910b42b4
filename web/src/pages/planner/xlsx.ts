// Writes tables as an XLSX file. The library is loaded with the first download of such a file.
import writeXlsxFile from 'write-excel-file/browser';
import type { Sheet } from './handover';

/**
 * Whether a number is shown as per cent: every number between 0 and 1, both excluded, is taken for
 * a share.
 */
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
