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

/** tally_total and tally_sum against the entries that are marked as folded, by programme and month and of the whole programme. */
export async function* checkTotals(books: Books): AsyncGenerator<Difference> {
  const months = await books.all<{ programmeId: number; code: string; month: string }>(
    `SELECT m.programmeId, p.code, m.month FROM (
       SELECT DISTINCT programmeId, DATE_FORMAT(month, '%Y-%m-01') AS month FROM tally_total
       UNION SELECT DISTINCT programmeId, DATE_FORMAT(period, '%Y-%m-01') FROM tally_sum WHERE grain <> 'whole'
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
  const programmes = await books.all<{ id: number; code: string }>('SELECT id, code FROM programme ORDER BY id');
  for (const { id, code } of programmes) yield* wholeOf(books, id, code);
}

/** What each cut of tally_sum keeps apart; by days where it has them. */
const CUTS = [
  { cut: 'unit', columns: ['lineageId', 'fundingSource'], grains: ['month', 'day'] },
  { cut: 'scope', columns: ['lineageId', 'fundingSource', 'categoryId'], grains: ['month'] },
  { cut: 'origin', columns: ['lineageId', 'fundingSource', 'originPlaceId'], grains: ['month'] },
  { cut: 'goods', columns: ['fundingSource', 'categoryId', 'originPlaceId', 'channel'], grains: ['month', 'day'] },
] as const;

/** What is kept of the whole programme too, in one row without a month. */
const WHOLE = CUTS.filter(({ cut }) => cut === 'scope' || cut === 'origin');

const AMOUNTS = ['placedFen', 'placedGrams', 'countedFen', 'countedGrams'] as const;

type SumRow = Record<string, string | number>;

async function* sumsOf(books: Books, programmeId: number, code: string, month: string): AsyncGenerator<Difference> {
  const within = (day: string) => `${day} >= '${month}' AND ${day} < DATE_ADD('${month}', INTERVAL 1 MONTH)`;
  for (const { cut, columns, grains } of CUTS) {
    for (const grain of grains) {
      const period = grain === 'day' ? 'onDay' : "DATE_FORMAT(onDay, '%Y-%m-01')";
      const rows = await differing(books, { programmeId, cut, grain, columns, period, within });
      yield* rows.map((row) => told(row, code, cut, grain, columns));
    }
  }
}

async function* wholeOf(books: Books, programmeId: number, code: string): AsyncGenerator<Difference> {
  for (const { cut, columns } of WHOLE) {
    const wish = { programmeId, cut, grain: 'whole', columns, period: "DATE '1000-01-01'", within: () => 'TRUE' };
    const rows = await differing(books, wish);
    yield* rows.map((row) => told(row, code, cut, 'whole', columns));
  }
}

interface SumsWish {
  programmeId: number;
  cut: string;
  grain: string;
  columns: readonly string[];
  /** which period an entry belongs to */
  period: string;
  /** which periods and days are compared */
  within: (day: string) => string;
}

/** Rows of one cut and grain that are not what their entries add up to, each with both. */
function differing(books: Books, { programmeId, cut, grain, columns, period, within }: SumsWish): Promise<SumRow[]> {
  const keys = `period, ${columns.join(', ')}`;
  const sums = AMOUNTS.map((amount) => `SUM(s_${amount}) AS s_${amount}, SUM(e_${amount}) AS e_${amount}`);
  const ofEntries = AMOUNTS.map(
    (amount) => `IF(event = '${amount.replace(/(Fen|Grams)$/, '')}', ${amount.endsWith('Fen') ? 'fen' : 'grams'}, 0)`,
  );
  return books.all<SumRow>(
    `SELECT ${keys}, ${sums.join(', ')} FROM (
       SELECT ${keys}, ${AMOUNTS.map((amount) => `${amount} AS s_${amount}, 0 AS e_${amount}`).join(', ')}
       FROM tally_sum WHERE programmeId = ? AND cut = ? AND grain = ? AND ${within('period')}
       UNION ALL
       SELECT ${period}, ${columns.join(', ')}, ${ofEntries.map((sum) => `0, ${sum}`).join(', ')}
       FROM tally_entry WHERE programmeId = ? AND ${within('onDay')} AND folded = 1
     ) x GROUP BY ${keys} HAVING ${AMOUNTS.map((amount) => `s_${amount} <> e_${amount}`).join(' OR ')}`,
    [programmeId, cut, grain, programmeId],
  );
}

function told(row: SumRow, code: string, cut: string, grain: string, columns: readonly string[]): Difference {
  const text = (prefix: string) => AMOUNTS.map((amount) => row[`${prefix}_${amount}`]).join(' ');
  return {
    what: `tally sum of ${code}, ${row.period}, by ${cut} and ${grain} (${columns.map((column) => row[column]).join(' ')})`,
    expected: text('e'),
    found: text('s'),
  };
}
