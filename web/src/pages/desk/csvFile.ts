// A table as a CSV file.

/** A cell that a spreadsheet shows as text and never runs as a formula. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/u.test(text) ? `'${text}` : text;
  return /[",\r\n]/u.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** The table as CSV, with a byte order mark, without which Excel assumes another encoding for Chinese. */
export const csvFile = (rows: string[][]): Blob =>
  new Blob([`\ufeff${rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`], {
    type: 'text/csv;charset=utf-8',
  });

/** Saves a file on the device of the person. */
export function save(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
