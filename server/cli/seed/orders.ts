import type { Connection } from 'mysql2/promise';
import type { Base } from './base-market.ts';

/** Every so many hundredths of a chance: bought by a unit, cancelled, received short, taken back. */
const BY_UNIT = 6;

const number = (from: number) => `(CONV(SUBSTR(h, ${from}, 6), 16, 10) + 0)`;

/**
 * Decides everything of `many` orders from their ids alone, by digits of a hash, into seed_order and seed_line: who buys, for whom, what,
 * when, and what became of it. Of the newest ones less has happened yet.
 */
export async function planOrders(connection: Connection, base: Base, from: number, many: number): Promise<void> {
  await connection.query('TRUNCATE seed_order; TRUNCATE seed_line; TRUNCATE seed_count');
  await connection.query(
    `INSERT INTO seed_order (id, buyerId, approverId, unitId, isUnit, fundingSource, channel, placedAt, placedOn, lineageId, good1, good2,
       quantity1, quantity2, short, refunded, reviewed, cancelledAt, confirmedAt, shippedAt, receivedAt, refundedAt)
     SELECT y.id, IF(y.isUnit, y.unitBuyerId, y.firstMember + y.who % y.members), IF(y.isUnit, y.approverId, NULL), y.unitId, y.isUnit,
       IF(NOT y.isUnit, 'individual', IF(y.hasCanteen AND y.kind % 3 > 0, 'canteen_budget', 'union_funds')),
       IF(y.fate % 8 = 0, 'pavilion', 'market'), y.placedAt, y.placedOn, g.lineageId,
       FLOOR(POW(y.what / 16777216, 2) * y.goods), IF(y.other % 10 < 4, (FLOOR(POW(y.what / 16777216, 2) * y.goods) + 1 + y.other % (y.goods - 1)) % y.goods, NULL),
       IF(y.isUnit, 4 + y.other % 30, y.other % 3), IF(y.isUnit, 2 + y.kind % 20, y.kind % 2),
       y.isUnit AND y.fate BETWEEN 8 AND 20, NOT y.isUnit AND y.fate BETWEEN 21 AND 26, y.fate % 5 > 0,
       IF(y.cancelled, y.placedAt + INTERVAL 40 MINUTE, NULL),
       IF(y.cancelled OR y.age < 20, NULL, y.placedAt + INTERVAL 20 HOUR), IF(y.cancelled OR y.age < 48, NULL, y.placedAt + INTERVAL 48 HOUR),
       IF(y.cancelled OR y.age < 144, NULL, y.placedAt + INTERVAL 144 HOUR),
       IF(NOT y.cancelled AND y.age > 240 AND NOT y.isUnit AND y.fate BETWEEN 21 AND 26, y.placedAt + INTERVAL 240 HOUR, NULL)
     FROM (
       SELECT x.*, s.unitId, s.firstMember, s.members, s.buyerId AS unitBuyerId, s.approverId, s.hasCanteen,
         s.unitId IS NOT NULL AND x.kind % 100 < ${BY_UNIT} AS isUnit, DATE(x.placedAt + INTERVAL 8 HOUR) AS placedOn,
         x.fate < 8 AND x.placedAt < @now - INTERVAL 1 DAY AS cancelled, TIMESTAMPDIFF(HOUR, x.placedAt, @now) AS age
       FROM (
         SELECT id, FROM_UNIXTIME(FLOOR(:from + id * :step)) AS placedAt, :goods AS goods,
           ${number(1)} % 1000 AS slot, ${number(7)} AS who, ${number(13)} AS kind, ${number(19)} AS what, ${number(25)} AS other,
           CONV(SUBSTR(h, 31, 2), 16, 10) + 0 AS fate
         FROM (SELECT :first + n AS id, MD5(CONCAT('order ', :first + n)) AS h FROM seed_number WHERE n < :many) z
       ) x JOIN seed_slot s ON s.slot = x.slot
     ) y LEFT JOIN seed_lineage g ON g.unitId = y.unitId AND y.placedOn >= g.since AND y.placedOn < g.until`
      .replaceAll(':from', String(base.from))
      .replaceAll(':step', String((base.until - base.from) / base.orders))
      .replaceAll(':goods', String(base.world.rows.of('product').length))
      .replaceAll(':first', String(from))
      .replaceAll(':many', String(many)),
  );
}

const line = (at: 1 | 2) => `
  INSERT INTO seed_line
  SELECT 2 * o.id - ${2 - at}, o.id, 2 * o.id - ${at === 1 ? '1' : 'IF(g.supplierId = f.supplierId, 1, 0)'},
    2 * o.id - ${at === 1 ? '1' : 'IF(g.supplierId = f.supplierId AND p.coldChain = q.coldChain, 1, 0)'}, g.n,
    p.minQuantity + p.orderMultiple * o.quantity${at}, p.priceFen, p.netGrams, g.supplierId, ${at === 1 ? 'o.short' : '0'},
    IF(${at === 1 ? 'o.refundedAt IS NOT NULL' : 'FALSE'}, 1, 0)
  FROM seed_order o JOIN seed_good f ON f.n = o.good1 JOIN seed_good g ON g.n = o.good${at} JOIN product p ON p.id = g.productId
  JOIN product q ON q.id = f.productId`;

const ENDED = `IF(o.cancelledAt IS NOT NULL, 'cancelled', IF(o.receivedAt IS NOT NULL, 'completed', 'placed'))`;
const PARCEL = `IF(o.cancelledAt IS NOT NULL, 'cancelled', IF(o.receivedAt IS NOT NULL, 'received',
  IF(o.shippedAt IS NOT NULL, 'shipped', IF(o.confirmedAt IS NOT NULL, 'confirmed', 'to_confirm'))))`;

/**
 * An order's line 2·id − 1 or 2·id, its parcel likewise, and the box of a parcel, since cold-chain goods travel apart: every table can tell
 * the keys of the others without looking.
 */
export const ORDERS = [
  line(1),
  line(2),
  `UPDATE seed_order o JOIN (SELECT orderId, SUM(quantity * priceFen) AS fen FROM seed_line GROUP BY orderId) l ON l.orderId = o.id
   SET o.goodsFen = l.fen, o.freightFen = IF(l.fen < 9900, 1000, 0)`,
  `INSERT INTO \`order\` (id, buyerId, unitId, fundingSource, paymentWay, state, channel, zoneId, checkoutKey, goodsFen, freightFen, totalFen,
     recipient, phone, region, address, submittedAt, placedAt, placedOn, lineageId, closedAt)
   SELECT o.id, o.buyerId, o.unitId, o.fundingSource, IF(o.isUnit, 'on_account', 'stripe'), ${ENDED}, o.channel,
     IF(o.channel = 'pavilion', @pavilion, NULL), CONCAT('seed-', o.id), o.goodsFen, o.freightFen, o.goodsFen + o.freightFen,
     'Seed', '023-00000000', 'Seed', 'Seed', o.placedAt - INTERVAL 3 MINUTE, o.placedAt, o.placedOn, o.lineageId, COALESCE(o.cancelledAt, o.receivedAt)
   FROM seed_order o ORDER BY o.id`,
  `INSERT INTO fulfilment (id, orderId, supplierId, state, goodsFen, freightFen, confirmedAt, shippedAt, receivedAt)
   SELECT l.fulfilmentId, o.id, MAX(l.supplierId), ${PARCEL}, SUM(l.quantity * l.priceFen), IF(l.fulfilmentId = 2 * o.id - 1, o.freightFen, 0),
     o.confirmedAt, o.shippedAt, o.receivedAt
   FROM seed_line l JOIN seed_order o ON o.id = l.orderId GROUP BY l.fulfilmentId, o.id ORDER BY l.fulfilmentId`,
  `INSERT INTO order_line (id, orderId, fulfilmentId, productId, supplierId, categoryId, originPlaceId, name, nameEn, spec, specEn, saleUnit,
     saleUnitEn, illustration, netGrams, quantity, unitPriceFen, goodsFen, payableFen, grams, supplierCertificationId, productCertificationId,
     acceptedQuantity, acceptedGrams, acceptedFen, refundedQuantity, refundedGrams, refundedFen)
   SELECT l.id, l.orderId, l.fulfilmentId, p.id, l.supplierId, p.categoryId, p.placeId, f.name, f.nameEn, p.spec, p.specEn, p.saleUnit,
     p.saleUnitEn, c.illustration, l.netGrams, l.quantity, l.priceFen, l.quantity * l.priceFen, l.quantity * l.priceFen, l.quantity * l.netGrams,
     g.supplierCertificationId, g.productCertificationId,
     IF(o.receivedAt IS NULL, 0, l.quantity - l.short), IF(o.receivedAt IS NULL, 0, l.quantity - l.short) * l.netGrams,
     IF(o.receivedAt IS NULL, 0, l.quantity - l.short) * l.priceFen, l.refunded, l.refunded * l.netGrams, l.refunded * l.priceFen
   FROM seed_line l JOIN seed_order o ON o.id = l.orderId JOIN seed_good g ON g.n = l.n JOIN product p ON p.id = g.productId
   JOIN product_family f ON f.id = p.familyId JOIN category c ON c.id = p.categoryId ORDER BY l.id`,
  `INSERT INTO line_allocation (lineId, batchId, quantity)
   SELECT l.id, g.batchId, l.quantity FROM seed_line l JOIN seed_good g ON g.n = l.n ORDER BY l.id`,
  `INSERT INTO stock_movement (batchId, event, source, sourceId, quantity, at)
   SELECT g.batchId, 'held', 'line', l.id, -l.quantity, o.placedAt - INTERVAL 3 MINUTE
   FROM seed_line l JOIN seed_good g ON g.n = l.n JOIN seed_order o ON o.id = l.orderId ORDER BY l.id`,
  `INSERT INTO stock_movement (batchId, event, source, sourceId, quantity, at)
   SELECT g.batchId, 'released', 'line', l.id, l.quantity, o.cancelledAt
   FROM seed_line l JOIN seed_good g ON g.n = l.n JOIN seed_order o ON o.id = l.orderId WHERE o.cancelledAt IS NOT NULL ORDER BY l.id`,
  `INSERT INTO cancellation (orderId, byId, reason, at)
   SELECT id, buyerId, 'Seed', cancelledAt FROM seed_order WHERE cancelledAt IS NOT NULL ORDER BY id`,
  `INSERT INTO order_decision (orderId, decision, byId, at)
   SELECT id, 'approved', approverId, placedAt FROM seed_order WHERE isUnit ORDER BY id`,
];
