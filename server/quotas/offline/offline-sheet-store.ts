import type { FileStore } from '../../clients/file-store.ts';
import type { Db, PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import type { SheetRow } from '../../web/read-sheet.ts';
import type { Upload } from '../../web/uploads.ts';
import { keptRows, sheetToKeep } from '../sheets/kept-sheet.ts';

export interface OfflineSheet {
  id: number;
  fileName: string;
  rows: SheetRow[];
  uploadedAt: Date;
  appliedAt: Date | null;
}

/** Keeps an uploaded table of offline purchases for its preview. Throws BadInput at `file` as sheetToKeep does. Returns its id. */
export async function keepOfflineSheet(
  db: PrismaClient,
  files: FileStore,
  { upload, byId, at }: { upload: Upload | undefined; byId: number; at: Date },
): Promise<number> {
  const { file, rows } = await sheetToKeep(upload);
  return inTransaction(db, async (tx) => {
    const fileId = await files.keep(tx, file, byId);
    const data = { fileId, rows, byId, uploadedAt: at };
    return (await tx.offlineSheet.create({ data, select: { id: true } })).id;
  });
}

/** A sheet for whoever uploaded it; null for anybody else. */
export async function findOfflineSheet(db: Db, byId: number, id: number): Promise<OfflineSheet | null> {
  const found = await db.offlineSheet.findFirst({
    where: { id, byId },
    select: { id: true, rows: true, uploadedAt: true, appliedAt: true, file: { select: { name: true } } },
  });
  if (!found) return null;
  const { file, rows, ...sheet } = found;
  return { ...sheet, fileName: file.name, rows: keptRows(rows) };
}
