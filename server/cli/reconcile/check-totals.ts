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

/** tally_total and tally_sum against the entries that are marked as folded, by programme and month. */
export async function* checkTotals(books: Books): AsyncGenerator<Difference> {
  const months = await books.all<{ programmeId: number; code: string; month: string }>(
    `SELECT m.programmeId, p.code, m.month FROM (
       SELECT DISTINCT programmeId, DATE_FORMAT(month, '%Y-%m-01') AS month FROM tally_total
       UNION SELECT DISTINCT programmeId, DATE_FORMAT(period, '%Y-%m-01') FROM tally_sum
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
    yield* sumsOf(books, programmeId, code, month);
  }
}

/** What each cut of tally_sum keeps apart; by days where it has them. */
const CUTS = [
  { cut: 'unit', columns: ['lineageId', 'fundingSource'], grains: ['month', 'day'] },
  { cut: 'scope', columns: ['lineageId', 'fundingSource', 'categoryId'], grains: ['month'] },
  { cut: 'goods', columns: ['fundingSource', 'categoryId', 'originPlaceId', 'channel'], grains: ['month', 'day'] },
] as const;

const AMOUNTS = ['placedFen', 'placedGrams', 'countedFen', 'countedGrams'] as const;

type SumRow = Record<string, string | number>;

async function* sumsOf(books: Books, programmeId: number, code: string, month: string): AsyncGenerator<Difference> {
  for (const { cut, columns, grains } of CUTS) {
    for (const grain of grains) {
      const keys = `period, ${columns.join(', ')}`;
      const period = grain === 'day' ? 'onDay' : "DATE_FORMAT(onDay, '%Y-%m-01')";
      const sums = AMOUNTS.map((amount) => `SUM(s_${amount}) AS s_${amount}, SUM(e_${amount}) AS e_${amount}`);
      const ofEntries = AMOUNTS.map(
        (amount) =>
          `IF(event = '${amount.replace(/(Fen|Grams)$/, '')}', ${amount.endsWith('Fen') ? 'fen' : 'grams'}, 0)`,
      );
      const rows = await books.all<SumRow>(
        `SELECT ${keys}, ${sums.join(', ')} FROM (
           SELECT ${keys}, ${AMOUNTS.map((amount) => `${amount} AS s_${amount}, 0 AS e_${amount}`).join(', ')}
           FROM tally_sum WHERE programmeId = ? AND cut = ? AND grain = ? AND period >= ? AND period < DATE_ADD(?, INTERVAL 1 MONTH)
           UNION ALL
           SELECT ${period}, ${columns.join(', ')}, ${ofEntries.map((sum) => `0, ${sum}`).join(', ')}
           FROM tally_entry WHERE programmeId = ? AND onDay >= ? AND onDay < DATE_ADD(?, INTERVAL 1 MONTH) AND folded = 1
         ) x GROUP BY ${keys} HAVING ${AMOUNTS.map((amount) => `s_${amount} <> e_${amount}`).join(' OR ')}`,
        [programmeId, cut, grain, month, month, programmeId, month, month],
      );
      for (const row of rows) {
        const text = (prefix: string) => AMOUNTS.map((amount) => row[`${prefix}_${amount}`]).join(' ');
        yield {
          what: `tally sum of ${code}, ${row.period}, by ${cut} and ${grain} (${columns.map((column) => row[column]).join(' ')})`,
          expected: text('e'),
          found: text('s'),
        };
      }
    }
  }
}
