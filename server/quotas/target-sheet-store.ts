import type { FileStore } from '../clients/file-store.ts';
import type { Db, PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { BadInput } from '../shared/errors.ts';
import { readSheet, type SheetRow } from '../web/read-sheet.ts';
import { checkedUpload, type Upload } from '../web/uploads.ts';

const MOST_COLUMNS = 40;

export interface StoredSheet {
  id: number;
  fileName: string;
  rows: SheetRow[];
  uploadedAt: Date;
  appliedAt: Date | null;
}

/**
 * Keeps an uploaded Excel file and its rows for the preview; nothing of it is trusted to the browser again. Throws BadInput at `file`
 * for what is no .xlsx, cannot be read, is too long or empty. Returns its id.
 */
export async function keepSheet(
  db: PrismaClient,
  files: FileStore,
  { programmeId, upload, byId, at }: { programmeId: number; upload: Upload; byId: number; at: Date },
): Promise<number> {
  const { name, mime, bytes } = await checkedUpload(upload, 'sheet', 'file');
  const rows = (await readSheet(upload, 'file')).map((row) => row.slice(0, MOST_COLUMNS));
  if (rows.every((row) => row.every((cell) => cell === ''))) throw new BadInput([{ path: 'file', code: 'emptySheet' }]);
  return inTransaction(db, async (tx) => {
    const fileId = await files.keep(tx, { name, mime, bytes }, byId);
    const { id } = await tx.targetSheet.create({
      data: { programmeId, fileId, rows, byId, uploadedAt: at },
      select: { id: true },
    });
    return id;
  });
}

/** An uploaded sheet of a programme; null when there is none of that id. */
export async function findSheet(db: Db, programmeId: number, id: number): Promise<StoredSheet | null> {
  const found = await db.targetSheet.findFirst({
    where: { id, programmeId },
    select: { id: true, rows: true, uploadedAt: true, appliedAt: true, file: { select: { name: true } } },
  });
  if (!found) return null;
  const { file, rows, ...sheet } = found;
  const told: unknown = typeof rows === 'string' ? JSON.parse(rows) : rows;
  return { ...sheet, fileName: file.name, rows: told as SheetRow[] };
}
