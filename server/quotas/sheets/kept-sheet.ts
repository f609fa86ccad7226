import { createHash } from 'node:crypto';
import type { NewFile } from '../../clients/file-store.ts';
import { BadInput } from '../../shared/errors.ts';
import { readSheet, type SheetRow } from '../../web/read-sheet.ts';
import { checkedUpload, type Upload } from '../../web/uploads.ts';

const MOST_COLUMNS = 60;

export interface SheetToKeep {
  file: NewFile;
  rows: SheetRow[];
}

/**
 * An uploaded Excel file and its rows, to be kept between preview and application, so that nothing of it is trusted to the browser
 * again. Throws BadInput at `file` for none, for what is no .xlsx, cannot be read, is too long or empty.
 */
export async function sheetToKeep(upload: Upload | undefined): Promise<SheetToKeep> {
  if (!upload) throw new BadInput([{ path: 'file', code: 'noFile' }]);
  const { name, mime, bytes } = await checkedUpload(upload, 'sheet', 'file');
  const rows = (await readSheet(upload, 'file')).map((row) => row.slice(0, MOST_COLUMNS));
  if (rows.every((row) => row.every((cell) => cell === ''))) throw new BadInput([{ path: 'file', code: 'emptySheet' }]);
  return { file: { name, mime, bytes }, rows };
}

/** The rows of a kept sheet, as the database gives its JSON column. */
export function keptRows(rows: unknown): SheetRow[] {
  const told: unknown = typeof rows === 'string' ? JSON.parse(rows) : rows;
  return told as SheetRow[];
}

/** A mark of what a preview showed, so that nothing else is applied. */
export function digestOf(shown: unknown): string {
  return createHash('sha256').update(JSON.stringify(shown)).digest('hex');
}
