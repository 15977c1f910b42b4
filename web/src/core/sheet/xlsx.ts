// Writes tables as an XLSX file. The library is loaded with the first download of such a file.
import writeXlsxFile from 'write-excel-file/browser';
import { columnWidths, isShare, type Sheet } from './sheet';

export function xlsx(sheets: readonly Sheet[]): Promise<Blob> {
  return writeXlsxFile(
    sheets.map((sheet) => ({
      sheet: sheet.name,
      columns: columnWidths(sheet).map((width) => ({ width })),
      data: sheet.rows.map((row, i) =>
        row.map((value, column) =>
          value === null
            ? null
            : typeof value === 'number'
              ? { value, type: Number, ...(isShare(sheet, i, column) ? { format: '0.0%' } : {}) }
              : { value, type: String, ...(i === 0 ? { fontWeight: 'bold' as const } : {}) },
        ),
      ),
    })),
  ).toBlob();
}
