import type { ExportedRow } from '../../history/export-history.ts';

/** A row as comma-separated values (RFC 4180), with its line ending. */
export function csvRow(row: ExportedRow): string {
  return csvLine(Object.values(row).map((value) => (value === null ? '' : String(value))));
}

/** Texts as one line. What a spreadsheet would take for a formula begins with a blank. */
export function csvLine(texts: readonly string[]): string {
  return `${texts.map(cell).join(',')}\n`;
}

function cell(text: string): string {
  const safe = /^[=+@\t-]/.test(text) && Number.isNaN(Number(text)) ? ` ${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
