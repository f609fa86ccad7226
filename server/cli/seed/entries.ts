import { PAID_AT, statementOf } from './statements.ts';

interface Fact {
  source: string;
  sourceId: string;
  at: string;
  leg: 0 | 1;
  events: ('placed' | 'counted')[];
  fen: string;
  grams: string;
  where: string;
  /** only in programmes that count the purchase by one of these, and in time */
  countedBy?: string;
  /** what else it draws from */
  from?: string;
}

const SHANGHAI_DAY = (at: string) => `DATE(${at} + INTERVAL 8 HOUR)`;

/** Every entry is folded: the totals are added up at the end. */
const entries = ({ source, sourceId, at, leg, events, fen, grams, where, countedBy, from = '' }: Fact) => `
  INSERT INTO tally_entry (programmeId, event, source, sourceId, lineId, leg, orderId, at, onDay, placedOn, lineageId, unitId, fundingSource,
    categoryId, originPlaceId, supplierId, channel, zoneId, fen, grams, isAdjustment, folded)
  SELECT c.programmeId, v.event, '${source}', ${sourceId}, c.lineId, ${leg}, o.id, ${at}, ${SHANGHAI_DAY(at)}, o.placedOn, o.lineageId, o.unitId,
    o.fundingSource, c.categoryId, c.originPlaceId, c.supplierId, o.channel, IF(o.channel = 'pavilion', @pavilion, NULL), ${fen} AS fen, ${grams} AS grams,
    ${leg === 1 ? `p.countUntil < ${SHANGHAI_DAY(at)}` : 'FALSE'}, TRUE
  FROM seed_count c JOIN seed_order o ON o.id = c.orderId ${from} JOIN programme p ON p.id = c.programmeId
  JOIN (${events.map((event) => `SELECT '${event}' AS event`).join(' UNION ALL ')}) v
  WHERE ${where} ${countedBy ? `AND c.countedBy IN (${countedBy}) AND p.countUntil >= ${SHANGHAI_DAY(at)}` : ''}
  ORDER BY c.lineId, c.programmeId`;

const RECEIVED = 'o.receivedAt IS NOT NULL';
const ACCEPTED = { fen: 'c.fen - c.shortFen', grams: 'c.grams - c.shortGrams' };
const PARCEL = 'c.fulfilmentId';
const BOX = 'c.boxId';

/** The tally of what was planned, by the table of rule 2: what qualifies, then an INSERT for each kind of fact. */
export const ENTRIES = [
  `INSERT INTO seed_count
   SELECT l.id, p.id, o.id, k.categoryId, k.placeId, l.supplierId, l.quantity * l.priceFen, l.quantity * l.netGrams, l.short * l.priceFen,
     l.short * l.netGrams, l.refunded * l.priceFen, l.refunded * l.netGrams, l.fulfilmentId, l.boxId,
     IF(o.isUnit, p.countOnAccountBy, p.countIndividualBy)
   FROM seed_line l JOIN seed_order o ON o.id = l.orderId JOIN seed_good g ON g.n = l.n JOIN product k ON k.id = g.productId
   JOIN seed_takes t ON t.lineageId = o.lineageId JOIN seed_goods_of w ON w.categoryId = k.categoryId AND w.placeId = k.placeId AND w.programmeId = t.programmeId
   JOIN programme p ON p.id = t.programmeId AND p.startsOn <= o.placedOn AND p.endsOn >= o.placedOn`,
  entries({
    ...{ source: 'order', sourceId: 'o.id', at: 'o.placedAt', leg: 0, events: ['placed'], where: 'TRUE' },
    ...{ fen: 'c.fen', grams: 'c.grams' },
  }),
  entries({
    ...{ source: 'order', sourceId: 'o.id', at: 'o.placedAt', leg: 0, events: ['counted'] },
    ...{ fen: 'c.fen', grams: 'c.grams', where: 'NOT o.isUnit', countedBy: "'payment'" },
  }),
  entries({
    ...{ source: 'cancellation', sourceId: 'o.id', at: 'o.cancelledAt', leg: 1, events: ['placed', 'counted'] },
    ...{ fen: '-c.fen', grams: '-c.grams' },
    where: "o.cancelledAt IS NOT NULL AND (v.event = 'placed' OR (NOT o.isUnit AND c.countedBy = 'payment'))",
  }),
  entries({
    ...{ source: 'receipt', sourceId: BOX, at: 'o.receivedAt', leg: 1, events: ['placed'] },
    ...{ fen: '-c.shortFen', grams: '-c.shortGrams', where: `${RECEIVED} AND c.shortFen > 0` },
  }),
  entries({
    ...{ source: 'receipt', sourceId: BOX, at: 'o.receivedAt', leg: 0, events: ['counted'] },
    ...{ ...ACCEPTED, where: RECEIVED, countedBy: "'acceptance', 'receipt'" },
  }),
  entries({
    ...{ source: 'review', sourceId: PARCEL, at: 'o.receivedAt + INTERVAL 1 HOUR', leg: 0, events: ['counted'] },
    ...{ ...ACCEPTED, where: `${RECEIVED} AND o.isUnit AND o.reviewed`, countedBy: "'review'" },
  }),
  entries({
    ...{ source: 'settlement', sourceId: statementOf('c.supplierId'), at: PAID_AT, leg: 0, events: ['counted'] },
    ...{ ...ACCEPTED, where: `${RECEIVED} AND o.isUnit AND ${PAID_AT} IS NOT NULL`, countedBy: "'payment'" },
    from: 'JOIN unit_payer y ON y.unitId = o.unitId AND y.fundingSource = o.fundingSource',
  }),
  entries({
    ...{ source: 'refund', sourceId: 'o.id', at: 'o.refundedAt', leg: 1, events: ['placed', 'counted'] },
    ...{ fen: '-c.refundFen', grams: '-c.refundGrams', where: 'o.refundedAt IS NOT NULL AND c.refundFen > 0' },
  }),
];
