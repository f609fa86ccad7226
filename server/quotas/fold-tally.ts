import type { PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { inTransaction } from '../db/in-transaction.ts';

const BATCH = 2000;

/**
 * Adds entries that no total holds yet to tally_total and marks them, in one transaction; entries that another worker has in hand are
 * skipped. Returns how many were folded. Progress is exact without it: a read adds the unfolded rest.
 */
export async function foldTally(db: PrismaClient): Promise<number> {
  return inTransaction(db, async (tx) => {
    const rows = await tx.$queryRaw<
      { id: number }[]
    >`SELECT id FROM tally_entry WHERE folded = 0 ORDER BY id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`;
    if (rows.length === 0) return 0;
    const ids = Prisma.join(rows.map((row) => row.id));
    await tx.$executeRaw`
      INSERT INTO tally_total (programmeId, event, lineageId, fundingSource, categoryId, originPlaceId, channel, month, fen, grams)
      SELECT programmeId, event, lineageId, fundingSource, categoryId, originPlaceId, channel, DATE_FORMAT(onDay, '%Y-%m-01'), SUM(fen), SUM(grams)
      FROM tally_entry WHERE id IN (${ids})
      GROUP BY programmeId, event, lineageId, fundingSource, categoryId, originPlaceId, channel, DATE_FORMAT(onDay, '%Y-%m-01')
      ORDER BY programmeId, lineageId, event
      ON DUPLICATE KEY UPDATE fen = tally_total.fen + VALUES(fen), grams = tally_total.grams + VALUES(grams)`;
    await tx.$executeRaw`UPDATE tally_entry SET folded = 1 WHERE id IN (${ids})`;
    return rows.length;
  });
}
