import type { FileStore } from '../../clients/file-store.ts';
import type { Db, PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import type { SheetRow } from '../../web/read-sheet.ts';
import type { Upload } from '../../web/uploads.ts';
import { keptRows, sheetToKeep } from '../sheets/kept-sheet.ts';

export interface StoredSheet {
  id: number;
  fileName: string;
  rows: SheetRow[];
  uploadedAt: Date;
  appliedAt: Date | null;
}

/**
 * Keeps an uploaded Excel file and its rows for the preview. Throws BadInput at `file` as sheetToKeep does. Returns its id.
 */
export async function keepSheet(
  db: PrismaClient,
  files: FileStore,
  { programmeId, upload, byId, at }: { programmeId: number; upload: Upload | undefined; byId: number; at: Date },
): Promise<number> {
  const { file, rows } = await sheetToKeep(upload);
  return inTransaction(db, async (tx) => {
    const fileId = await files.keep(tx, file, byId);
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
  return { ...sheet, fileName: file.name, rows: keptRows(rows) };
}
