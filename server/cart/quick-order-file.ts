import { fileTypeFromBuffer } from 'file-type';
import { BadInput } from '../shared/errors.ts';
import { readSheet } from '../web/read-sheet.ts';
import type { Upload } from '../web/uploads.ts';
import { rowsOfTable, rowsOfText, type TypedRow } from './quick-order-text.ts';

/**
 * The rows of an uploaded list: an Excel file's first sheet, or text by comma, semicolon or tab in UTF-8 or, as Excel writes it in
 * China, GB18030. Throws BadInput at `field` for anything else.
 */
export async function rowsOfFile(upload: Upload, field: string): Promise<TypedRow[]> {
  const text = await textOfFile(upload, field);
  return text === null ? rowsOfTable(await readSheet(upload, field)) : rowsOfText(text);
}

/** The text of an uploaded .csv, .tsv or .txt; null for another file. Throws BadInput at `field` when it is named so and is none. */
export async function textOfFile(upload: Upload, field: string): Promise<string | null> {
  if (!/\.(csv|tsv|txt)$/i.test(upload.name)) return null;
  const refused = new BadInput([{ path: field, code: 'wrongFileKindSheet', values: { name: upload.name } }]);
  if (await fileTypeFromBuffer(upload.bytes)) throw refused;
  const text = decoded(upload.bytes, 'utf-8') ?? decoded(upload.bytes, 'gb18030');
  if (text === null || text.includes('\0')) throw refused;
  return text;
}

function decoded(bytes: Buffer, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
