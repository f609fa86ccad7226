import { readSheet as readFirstSheet } from 'read-excel-file/node';
import { BadInput } from '../shared/errors.ts';
import { checkedUpload, type Upload } from './uploads.ts';

const MOST_ROWS = 20_000;

/** A cell as text: numbers as they are written (no floating point), dates as YYYY-MM-DD, an empty one ''. */
export type SheetRow = string[];

/**
 * The rows of an uploaded Excel file's first sheet, the head included. Row 0 is line 1 of the sheet. Throws BadInput at `field` for
 * what is no .xlsx, cannot be read, or has too many rows. `ofNumber` gets what stands in cells of numbers, as Excel wrote it.
 */
export async function readSheet(
  upload: Upload,
  field: string,
  ofNumber: (text: string) => string = (text) => text,
): Promise<SheetRow[]> {
  await checkedUpload(upload, 'sheet', field);
  const rows = await readFirstSheet<string>(upload.bytes, { parseNumber: ofNumber }).catch(() => null);
  if (rows === null) throw new BadInput([{ path: field, code: 'unreadableSheet', values: { name: upload.name } }]);
  if (rows.length > MOST_ROWS)
    throw new BadInput([{ path: field, code: 'tooManyRows', values: { maximum: MOST_ROWS } }]);
  return rows.map((row) => row.map(textOf));
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return plainNumber(String(value).trim());
}

/** Excel keeps 0.1+0.2-like numbers as 0.30000000000000004 and large ones as 1E+7; both are written out to at most 6 decimals. */
function plainNumber(text: string): string {
  if (!/^-?\d+(\.\d{7,}|(\.\d+)?E[+-]?\d+)$/i.test(text)) return text;
  return Number(text)
    .toFixed(6)
    .replace(/\.?0+$/, '');
}

/** The name of a cell as Excel shows it: row 0, column 2 is C1. */
export function cellName(row: number, column: number): string {
  let letters = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  return `${letters}${row + 1}`;
}

/** What stands by cell, in the order of a sheet: row by row, from the left; what stands by no cell comes first. */
export function byCell<T extends { path: string }>(things: readonly T[]): T[] {
  const place = ({ path }: T) => {
    const [, column = '', row = '0'] = /^([A-Z]{1,3})(\d+)$/.exec(path) ?? [];
    return `${row.padStart(8, '0')}${column.padStart(3)}`;
  };
  return [...things].sort((a, b) => Number(place(a) > place(b)) - Number(place(a) < place(b)));
}
