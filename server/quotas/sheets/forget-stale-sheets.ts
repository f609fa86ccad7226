import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';

const KEPT_MS = 7 * 86_400_000;
const AT_ONCE = 500;

/**
 * Forgets uploaded tables of targets, offline purchases and goods that were never applied within a week, with their files' rows, at most
 * 500 of each. Returns how many.
 */
export function forgetStaleSheets(db: PrismaClient, now: Date): Promise<number> {
  const before = new Date(now.getTime() - KEPT_MS);
  return inTransaction(db, async (tx) => {
    const targets = await tx.$queryRaw<{ id: number; fileId: number }[]>`
      SELECT id, fileId FROM target_sheet WHERE appliedAt IS NULL AND uploadedAt < ${before} ORDER BY id LIMIT ${AT_ONCE} FOR UPDATE`;
    const offline = await tx.$queryRaw<{ id: number; fileId: number }[]>`
      SELECT id, fileId FROM offline_sheet WHERE appliedAt IS NULL AND uploadedAt < ${before} ORDER BY id LIMIT ${AT_ONCE} FOR UPDATE`;
    const goods = await tx.$queryRaw<{ id: number; fileId: number }[]>`
      SELECT id, fileId FROM goods_sheet WHERE appliedAt IS NULL AND uploadedAt < ${before} ORDER BY id LIMIT ${AT_ONCE} FOR UPDATE`;
    const idsOf = (sheets: typeof targets) => ({ where: { id: { in: sheets.map(({ id }) => id) } } });
    await tx.targetSheet.deleteMany(idsOf(targets));
    await tx.offlineSheet.deleteMany(idsOf(offline));
    await tx.goodsSheet.deleteMany(idsOf(goods));
    await tx.file.deleteMany(idsOf([...targets, ...offline, ...goods].map(({ fileId }) => ({ id: fileId, fileId }))));
    return targets.length + offline.length + goods.length;
  });
}
