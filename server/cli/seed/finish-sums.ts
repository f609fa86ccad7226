import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { TimeLeft } from './time-left.ts';

/** The sums that are kept beside their rows: stock, sold, and the totals of all entries, by programme and month. */
export async function addUp(connection: Connection, left: TimeLeft): Promise<void> {
  await connection.query(`
    UPDATE batch b JOIN (SELECT batchId, SUM(quantity) AS moved FROM stock_movement GROUP BY batchId) m ON m.batchId = b.id
    SET b.available = m.moved`);
  await connection.query(`
    UPDATE product p JOIN (SELECT b.productId, -SUM(m.quantity) AS sold FROM stock_movement m JOIN batch b ON b.id = m.batchId
      WHERE m.source = 'line' GROUP BY b.productId) s ON s.productId = p.id
    SET p.sold = s.sold`);
  const [months] = await connection.query<RowDataPacket[]>(`
    SELECT p.id AS programmeId, DATE_FORMAT(e.first, '%Y-%m-01') + INTERVAL n.n MONTH AS month
    FROM programme p JOIN (SELECT programmeId, MIN(onDay) AS first, MAX(onDay) AS last FROM tally_entry GROUP BY programmeId) e ON e.programmeId = p.id
    JOIN (SELECT ROW_NUMBER() OVER (ORDER BY id) - 1 AS n FROM category LIMIT 36) n ON DATE_FORMAT(e.first, '%Y-%m-01') + INTERVAL n.n MONTH <= e.last
    ORDER BY programmeId, month`);
  for (const [done, { programmeId, month }] of months.entries()) {
    await connection.query(
      `INSERT INTO tally_total (programmeId, event, lineageId, fundingSource, categoryId, originPlaceId, channel, month, fen, grams)
       SELECT programmeId, event, lineageId, fundingSource, categoryId, originPlaceId, channel, ? AS month, SUM(fen), SUM(grams)
       FROM tally_entry WHERE programmeId = ? AND onDay >= ? AND onDay < ? + INTERVAL 1 MONTH
       GROUP BY programmeId, lineageId, event, fundingSource, categoryId, originPlaceId, channel
       ORDER BY programmeId, lineageId, event, fundingSource, categoryId, originPlaceId, channel`,
      [month, programmeId, month, month],
    );
    left('totals of months', done + 1, months.length);
  }
  for (const statement of SUMS) await connection.query(statement);
}

const sum = (event: string, measure: string) => `SUM(IF(x.event = '${event}', x.${measure}, 0))`;

/** The cuts of tally_sum: months from the totals, which are fewer, days from the entries. */
const SUMS = [
  ...(['unit', 'scope', 'goods', 'origin'] as const).map((cut) => ['tally_total', 'month', 'month', cut] as const),
  ...(['scope', 'origin'] as const).map((cut) => ['tally_total', 'whole', 'month', cut] as const),
  ...(['unit', 'goods'] as const).map((cut) => ['tally_entry', 'day', 'onDay', cut] as const),
].map(([table, grain, period, cut]) => {
  const keys = [
    ...['x.programmeId', 'x.fundingSource'],
    ...(grain === 'whole' ? [] : [`x.${period}`]),
    ...(cut === 'goods' ? ['x.categoryId', 'x.originPlaceId', 'x.channel'] : ['x.lineageId']),
    ...(cut === 'scope' ? ['x.categoryId'] : []),
    ...(cut === 'origin' ? ['x.originPlaceId'] : []),
  ];
  return `
    INSERT INTO tally_sum (programmeId, cut, grain, period, lineageId, fundingSource, categoryId, originPlaceId, channel,
      placedFen, placedGrams, countedFen, countedGrams)
    SELECT x.programmeId, '${cut}', '${grain}', ${grain === 'whole' ? "'1000-01-01'" : `x.${period}`}, ${cut === 'goods' ? '0' : 'x.lineageId'}, x.fundingSource,
      ${cut === 'scope' || cut === 'goods' ? 'x.categoryId' : '0'}, ${cut === 'origin' || cut === 'goods' ? 'x.originPlaceId' : '0'},
      ${cut === 'goods' ? 'x.channel' : "'market'"},
      ${sum('placed', 'fen')}, ${sum('placed', 'grams')}, ${sum('counted', 'fen')}, ${sum('counted', 'grams')}
    FROM ${table} x GROUP BY ${keys.join(', ')}`;
});
