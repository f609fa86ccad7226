import type { PrismaClient } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { inFastTransaction } from '../../db/in-transaction.ts';
import type { Sql } from '../../db/sql.ts';

const BATCH = 4000;

/**
 * Adds entries that no sum holds yet to tally_total and tally_sum and marks them, in one transaction; entries that another worker has
 * in hand are skipped, and sums change in the order of their keys, so that workers wait for one another rather than deadlock. Returns
 * how many were folded. Progress is exact without it: a read adds the unfolded rest.
 */
export async function foldTally(db: PrismaClient, most = BATCH): Promise<number> {
  return inFastTransaction(db, async (tx) => {
    const rows = await tx.$queryRaw<
      { id: number }[]
    >`SELECT id FROM tally_entry FORCE INDEX (tally_entry_folded_id_idx) WHERE folded = 0 ORDER BY id LIMIT ${most} FOR UPDATE SKIP LOCKED`;
    if (rows.length === 0) return 0;
    const ids = Prisma.join(rows.map((row) => row.id));
    await addToTotals(tx, ids);
    await addToSums(tx, ids);
    await tx.$executeRaw`UPDATE tally_entry SET folded = 1 WHERE id IN (${ids})`;
    return rows.length;
  });
}

function addToTotals(tx: Sql, ids: Prisma.Sql): PromiseLike<number> {
  return tx.$executeRaw`
    INSERT INTO tally_total (programmeId, event, lineageId, fundingSource, categoryId, originPlaceId, channel, month, fen, grams)
    SELECT programmeId, event, lineageId, fundingSource, categoryId, originPlaceId, channel, DATE_FORMAT(onDay, '%Y-%m-01') AS month, SUM(fen), SUM(grams)
    FROM tally_entry WHERE id IN (${ids})
    GROUP BY programmeId, lineageId, event, month, fundingSource, categoryId, originPlaceId, channel
    ORDER BY programmeId, lineageId, event, month, fundingSource, categoryId, originPlaceId, channel
    ON DUPLICATE KEY UPDATE fen = tally_total.fen + VALUES(fen), grams = tally_total.grams + VALUES(grams)`;
}

/**
 * Every cut at once: what is alike in the batch is added up first, then goes into one row of each. Scopes and origins have no days, which
 * would be nearly as many as the entries, but the whole programme, which is what their targets are judged by.
 */
function addToSums(tx: Sql, ids: Prisma.Sql): PromiseLike<number> {
  return tx.$executeRaw`
    INSERT INTO tally_sum (programmeId, cut, grain, period, lineageId, fundingSource, categoryId, originPlaceId, channel,
      placedFen, placedGrams, countedFen, countedGrams)
    SELECT e.programmeId, c.cut, c.grain, CASE c.grain WHEN 'day' THEN e.onDay WHEN 'month' THEN DATE_FORMAT(e.onDay, '%Y-%m-01') ELSE '1000-01-01' END AS onPeriod,
      IF(c.cut = 'goods', 0, e.lineageId) AS ofLineage, e.fundingSource, IF(c.cut IN ('scope', 'goods'), e.categoryId, 0) AS ofCategory,
      IF(c.cut IN ('origin', 'goods'), e.originPlaceId, 0) AS ofOrigin, IF(c.cut = 'goods', e.channel, 'market') AS ofChannel,
      SUM(e.placedFen), SUM(e.placedGrams), SUM(e.countedFen), SUM(e.countedGrams)
    FROM (
      SELECT programmeId, onDay, lineageId, fundingSource, categoryId, originPlaceId, channel,
        SUM(IF(event = 'placed', fen, 0)) AS placedFen, SUM(IF(event = 'placed', grams, 0)) AS placedGrams,
        SUM(IF(event = 'counted', fen, 0)) AS countedFen, SUM(IF(event = 'counted', grams, 0)) AS countedGrams
      FROM tally_entry WHERE id IN (${ids})
      GROUP BY programmeId, onDay, lineageId, fundingSource, categoryId, originPlaceId, channel) e JOIN (
      SELECT 'unit' AS cut, 'month' AS grain UNION ALL SELECT 'unit', 'day' UNION ALL SELECT 'scope', 'month'
      UNION ALL SELECT 'scope', 'whole' UNION ALL SELECT 'origin', 'month' UNION ALL SELECT 'origin', 'whole'
      UNION ALL SELECT 'goods', 'month' UNION ALL SELECT 'goods', 'day') c
    GROUP BY e.programmeId, c.cut, c.grain, onPeriod, ofLineage, e.fundingSource, ofCategory, ofOrigin, ofChannel
    ORDER BY e.programmeId, c.cut, c.grain, onPeriod, ofLineage, e.fundingSource, ofCategory, ofOrigin, ofChannel
    ON DUPLICATE KEY UPDATE placedFen = tally_sum.placedFen + VALUES(placedFen), placedGrams = tally_sum.placedGrams + VALUES(placedGrams),
      countedFen = tally_sum.countedFen + VALUES(countedFen), countedGrams = tally_sum.countedGrams + VALUES(countedGrams)`;
}
