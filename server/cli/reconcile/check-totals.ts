import type { Books, Difference } from './books.ts';

const DIMENSIONS = 'lineageId, event, fundingSource, categoryId, originPlaceId, channel';

interface Row {
  lineageId: number;
  event: string;
  fundingSource: string;
  categoryId: number;
  originPlaceId: number;
  channel: string;
  totalFen: number;
  totalGrams: number;
  entryFen: number;
  entryGrams: number;
}

/** tally_total against the entries that are marked as folded, by programme and month. */
export async function* checkTotals(books: Books): AsyncGenerator<Difference> {
  const months = await books.all<{ programmeId: number; code: string; month: string }>(
    `SELECT m.programmeId, p.code, m.month FROM (
       SELECT DISTINCT programmeId, DATE_FORMAT(month, '%Y-%m-01') AS month FROM tally_total
       UNION SELECT DISTINCT programmeId, DATE_FORMAT(onDay, '%Y-%m-01') FROM tally_entry) m
     JOIN programme p ON p.id = m.programmeId ORDER BY m.programmeId, m.month`,
  );
  for (const { programmeId, code, month } of months) {
    const rows = await books.all<Row>(
      `SELECT ${DIMENSIONS}, SUM(totalFen) AS totalFen, SUM(totalGrams) AS totalGrams, SUM(entryFen) AS entryFen, SUM(entryGrams) AS entryGrams
       FROM (
         SELECT ${DIMENSIONS}, fen AS totalFen, grams AS totalGrams, 0 AS entryFen, 0 AS entryGrams
         FROM tally_total WHERE programmeId = ? AND month = ?
         UNION ALL
         SELECT ${DIMENSIONS}, 0, 0, fen, grams
         FROM tally_entry WHERE programmeId = ? AND onDay >= ? AND onDay < DATE_ADD(?, INTERVAL 1 MONTH) AND folded = 1
       ) x GROUP BY ${DIMENSIONS} HAVING totalFen <> entryFen OR totalGrams <> entryGrams`,
      [programmeId, month, programmeId, month, month],
    );
    for (const row of rows) {
      const part = `lineage ${row.lineageId}, ${row.fundingSource}, category ${row.categoryId}, origin ${row.originPlaceId}, ${row.channel}`;
      yield {
        what: `tally total of ${code}, ${month.slice(0, 7)}, ${row.event} (${part})`,
        expected: `${row.entryFen} fen ${row.entryGrams} g`,
        found: `${row.totalFen} fen ${row.totalGrams} g`,
      };
    }
  }
}
