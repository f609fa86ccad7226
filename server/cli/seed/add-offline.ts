import type { Connection } from 'mysql2/promise';
import type { Base } from './base-market.ts';

/** One offline purchase for so many members. */
const MEMBERS_EACH = 100;

/** Offline purchases of units, most of them verified, one in ten returned, one in ten still waiting; with their entries. */
export async function addOffline(connection: Connection, { members, from, until, people }: Base): Promise<void> {
  const many = Math.ceil(members / MEMBERS_EACH);
  const step = (until - from - 10 * 86_400) / many;
  await connection.query(
    `INSERT INTO offline_purchase (id, unitId, fundingSource, state, sellerName, purchasedOn, declaredById, declaredAt, decidedById, decidedAt, reason)
     SELECT x.id, s.unitId, 'union_funds', CASE x.id % 10 WHEN 0 THEN 'returned' WHEN 1 THEN 'declared' ELSE 'verified' END, 'Seed',
       DATE(x.at + INTERVAL 8 HOUR), s.buyerId, x.at + INTERVAL 1 DAY, IF(x.id % 10 = 1, NULL, ?), IF(x.id % 10 = 1, NULL, x.at + INTERVAL 3 DAY),
       IF(x.id % 10 = 0, 'Seed', NULL)
     FROM (SELECT a.n + b.n * 20000 + 1 AS id, FROM_UNIXTIME(FLOOR(? + (a.n + b.n * 20000) * ?)) AS at
       FROM seed_number a JOIN seed_number b ON b.n < 10 WHERE a.n + b.n * 20000 < ?) x
     JOIN seed_slot s ON s.slot = x.id * 7 % (SELECT COUNT(*) FROM seed_slot WHERE unitId IS NOT NULL) ORDER BY x.id`,
    [people.organizer, from, step, many],
  );
  await connection.query(
    `INSERT INTO offline_line (id, purchaseId, categoryId, originPlaceId, goods, fen, grams)
     SELECT x.id, x.id, p.categoryId, p.placeId, 'Seed', 20000 + x.id % 1000 * 100, 5000 + x.id % 40 * 500
     FROM offline_purchase x JOIN seed_good g ON g.n = x.id * 13 % (SELECT COUNT(*) FROM product WHERE state = 'on_sale') JOIN product p ON p.id = g.productId ORDER BY x.id`,
  );
  for (const [event, leg, sign, at, states] of [
    ['placed', 0, 1, 'x.declaredAt', "'declared', 'verified', 'returned'"],
    ['counted', 0, 1, 'x.decidedAt', "'verified'"],
    ['placed', 1, -1, 'x.decidedAt', "'returned'"],
  ] as const) {
    const day = `DATE(${at} + INTERVAL 8 HOUR)`;
    await connection.query(
      `INSERT INTO tally_entry (programmeId, event, source, sourceId, lineId, leg, at, onDay, placedOn, lineageId, unitId, fundingSource, categoryId,
         originPlaceId, channel, fen, grams, folded)
       SELECT p.id, '${event}', 'offline', x.id, l.id, ${leg}, ${at}, ${day}, x.purchasedOn, g.lineageId, x.unitId, x.fundingSource, l.categoryId,
         l.originPlaceId, 'offline', ${sign} * l.fen, ${sign} * l.grams, TRUE
       FROM offline_purchase x JOIN offline_line l ON l.purchaseId = x.id
       JOIN seed_lineage g ON g.unitId = x.unitId AND x.purchasedOn >= g.since AND x.purchasedOn < g.until
       JOIN seed_takes t ON t.lineageId = g.lineageId
       JOIN seed_goods_of w ON w.categoryId = l.categoryId AND w.placeId = l.originPlaceId AND w.programmeId = t.programmeId
       JOIN programme p ON p.id = t.programmeId AND p.startsOn <= x.purchasedOn AND p.endsOn >= x.purchasedOn
       WHERE x.state IN (${states}) ${event === 'counted' ? `AND p.countUntil >= ${day}` : ''} ORDER BY x.id`,
    );
  }
}
