import { Prisma } from '../../db/generated/client.ts';
import type { Sql } from '../../db/sql.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import { certificationHolds } from '../../suppliers/valid-certification.ts';
import type { Lineage } from '../../units/lineage.ts';
import { goodsQualify, takesPart } from './qualifying.ts';
import { ALLOWANCE_LEG, FUNDING_OF_TENDER, shareOfTender, TENDERS } from './tally-standing.ts';

/** Writes down which certifications of supplier and product held on the day of placing; a line that lacks one never counts (rule 1), nor does a gift. */
export async function certifyLines(tx: Sql, orderId: number, day: Day): Promise<void> {
  const holds = certificationHolds(day);
  await tx.$executeRaw`
    UPDATE order_line l SET
      l.supplierCertificationId = (SELECT MAX(c.id) FROM certification c WHERE c.supplierId = l.supplierId AND ${holds}),
      l.productCertificationId = (SELECT MAX(c.id) FROM certification c WHERE c.productId = l.productId AND ${holds})
    WHERE l.orderId = ${orderId} AND NOT l.isGift`;
}

export interface Placing {
  orderId: number;
  lineage: Lineage;
  day: Day;
  at: Date;
  /** a welfare allowance pays a share of it */
  isSplit: boolean;
  /** an individual's payment both places and counts, where the programme counts by payment */
  paidByIndividual: boolean;
}

const LEG = Prisma.raw(`t.tender * ${ALLOWANCE_LEG}`);

/**
 * Writes the placed entries of an order, and the counted ones of an individual's payment, for every programme that its lines qualify
 * for: day, participants, origin and category (rules 1, 2, 8); of each line two where a welfare allowance pays a share (rule 6). Its period decides, so closing it loses nothing that is placed meanwhile.
 * The order's row holds its day before programmes are read, which lets one that is being opened find the order (see
 * programme-taking-in.ts). One statement; the entries' key refuses a second time.
 */
export async function tallyPlacing(
  tx: Sql,
  { orderId, lineage, day, at, isSplit, paidByIndividual }: Placing,
): Promise<void> {
  const on = dayToColumn(day);
  const events = paidByIndividual
    ? Prisma.sql`(SELECT 'placed' AS event UNION ALL SELECT 'counted')`
    : Prisma.sql`(SELECT 'placed' AS event)`;
  const of = (column: 'payableFen' | 'grams') => {
    const whole = Prisma.raw(`l.${column}`);
    return isSplit ? shareOfTender(whole) : whole;
  };
  await tx.$executeRaw`
    INSERT INTO tally_entry (programmeId, event, source, sourceId, lineId, leg, orderId, at, onDay, placedOn, lineageId, unitId,
      fundingSource, categoryId, originPlaceId, supplierId, channel, zoneId, fen, grams, isAdjustment)
    SELECT p.id, v.event, 'order', o.id, l.id, ${isSplit ? LEG : 0}, o.id, ${at}, ${on}, ${on}, ${lineage.id}, ${lineage.unitId},
      ${isSplit ? FUNDING_OF_TENDER : Prisma.raw('o.fundingSource')}, l.categoryId, l.originPlaceId, l.supplierId, o.channel, o.zoneId,
      ${of('payableFen')} AS fen, ${of('grams')} AS grams, p.state = 'closed'
    FROM \`order\` o
    JOIN order_line l ON l.orderId = o.id
    ${isSplit ? Prisma.sql`JOIN ${TENDERS}` : Prisma.empty}
    JOIN category k ON k.id = l.categoryId
    JOIN place g ON g.id = l.originPlaceId
    JOIN programme p ON p.state <> 'draft' AND p.startsOn <= ${on} AND p.endsOn >= ${on}
    JOIN ${events} v ON v.event = 'placed' OR (p.countIndividualBy = 'payment' AND p.countUntil >= ${on})
    WHERE o.id = ${orderId} AND l.supplierCertificationId IS NOT NULL AND l.productCertificationId IS NOT NULL
      AND ${takesPart(lineage.groupIds)}
      AND ${goodsQualify()}
      ${isSplit ? Prisma.sql`HAVING fen <> 0 OR grams <> 0` : Prisma.empty}`;
}
