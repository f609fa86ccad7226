import type { Tx } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { type Day, dayOf, dayToColumn } from '../../shared/days.ts';
import type { TenderSplit } from '../../shared/tender-share.ts';
import { certificationHolds } from '../../suppliers/valid-certification.ts';
import type { Purchase } from '../moves/re-attribution-purchase.ts';
import { goodsQualify, takesPart } from './qualifying.ts';

export interface Amount {
  fen: number;
  grams: number;
}

/** How a programme counts, and until when. */
export interface CountingRule {
  countUntil: Day;
  countIndividualBy: string;
  countPrepaidBy: string;
  countOnAccountBy: string;
}

/** A line of a purchase with what became of it so far; null: has not happened. */
export interface LineFacts {
  lineId: number;
  categoryId: number;
  originPlaceId: number;
  supplierId: number | null;
  /** supplier and product were certified on the day of placing, and are not disqualified for it (rule 1) */
  isCertified: boolean;
  bought: Amount;
  /** what of it a welfare allowance pays */
  split: TenderSplit;
  accepted: (Amount & { day: Day; isCorrection?: boolean })[];
  /** what receipts fell short of what was ordered, or went beyond it when negative */
  missing: Amount;
  /** given back before it arrived, so that no receipt says it */
  givenUp: Amount;
  /** given back of what was accepted */
  returned: Amount;
  reviewedOn: Day | null;
  /** wholly paid by transfer */
  paidOn: Day | null;
  /** of a declared or imported purchase */
  verifiedOn: Day | null;
  declaredOn: Day | null;
  paymentWay: 'stripe' | 'on_account';
}

const NOTHING: Amount = { fen: 0, grams: 0 };

/** Every line of a purchase with its facts (fen, g), under the purchase's lock. */
export function factsOf(tx: Tx, purchase: Purchase): Promise<LineFacts[]> {
  return purchase.kind === 'order' ? factsOfOrder(tx, purchase) : factsOfDeclared(tx, purchase);
}

interface OrderRow {
  lineId: number;
  categoryId: number;
  originPlaceId: number;
  supplierId: number;
  isCertified: number | bigint;
  fen: number;
  grams: number;
  allowanceFen: number;
  reviewedAt: Date | null;
  paidAt: Date | null;
  paymentWay: 'stripe' | 'on_account';
}

async function factsOfOrder(tx: Tx, { id, placedOn }: Purchase): Promise<LineFacts[]> {
  const holds = certificationHolds(placedOn);
  const rows = await tx.$queryRaw<OrderRow[]>`
    SELECT l.id AS lineId, l.categoryId, l.originPlaceId, l.supplierId, l.payableFen AS fen, l.grams, l.allowanceFen, v.at AS reviewedAt, o.paymentWay,
      EXISTS (SELECT 1 FROM certification c WHERE c.supplierId = l.supplierId AND ${holds})
        AND EXISTS (SELECT 1 FROM certification c WHERE c.productId = l.productId AND ${holds}) AS isCertified,
      (SELECT IF(SUM(s.paidAt IS NULL) = 0, MAX(s.paidAt), NULL) FROM receipt_line x JOIN receipt y ON y.id = x.receiptId AND y.kind <> 'settlement'
        JOIN statement_line s ON s.receiptLineId = x.id WHERE x.lineId = l.id) AS paidAt
    FROM order_line l JOIN \`order\` o ON o.id = l.orderId LEFT JOIN delivery_review v ON v.fulfilmentId = l.fulfilmentId
    WHERE l.orderId = ${id} AND NOT l.isGift ORDER BY l.id`;
  const receipts = await tx.$queryRaw<
    (Amount & { lineId: number; at: Date; missingFen: number; missingGrams: number; kind: string })[]
  >`
    SELECT x.lineId, x.acceptedFen AS fen, x.acceptedGrams AS grams, x.missingFen, x.missingGrams, r.kind, r.at FROM order_line l
    JOIN receipt_line x ON x.lineId = l.id JOIN receipt r ON r.id = x.receiptId WHERE l.orderId = ${id}`;
  const refunds = await tx.$queryRaw<(Amount & { lineId: number; outstanding: number | boolean })[]>`
    SELECT x.lineId, x.fen, x.grams, x.outstanding FROM refund r JOIN refund_line x ON x.refundId = r.id
    WHERE r.orderId = ${id} AND r.state IN ('approved', 'paid')`;
  return rows.map(({ fen, grams, allowanceFen, isCertified, reviewedAt, paidAt, ...row }) => ({
    ...row,
    isCertified: Boolean(Number(isCertified)),
    bought: { fen, grams },
    split: { allowanceFen, payableFen: fen },
    accepted: receipts
      .filter(({ lineId }) => lineId === row.lineId)
      .map(({ at, kind, fen: acceptedFen, grams: acceptedGrams }) => ({
        fen: acceptedFen,
        grams: acceptedGrams,
        day: dayOf(at),
        isCorrection: kind === 'settlement',
      })),
    missing: sumOf(
      receipts
        .filter(({ lineId }) => lineId === row.lineId)
        .map(({ missingFen, missingGrams }) => ({ fen: missingFen, grams: missingGrams })),
    ),
    givenUp: sumOf(refunds.filter(({ lineId, outstanding }) => lineId === row.lineId && Number(outstanding) === 1)),
    returned: sumOf(refunds.filter(({ lineId, outstanding }) => lineId === row.lineId && Number(outstanding) === 0)),
    reviewedOn: reviewedAt && dayOf(reviewedAt),
    paidOn: paidAt && dayOf(paidAt),
    verifiedOn: null,
    declaredOn: null,
  }));
}

interface DeclaredRow extends Amount {
  lineId: number;
  categoryId: number;
  originPlaceId: number;
  supplierId: number | null;
  isCertified: number | bigint;
  verifiedAt: Date | null;
  declaredAt: Date;
}

async function factsOfDeclared(tx: Tx, { kind, id, placedOn }: Purchase): Promise<LineFacts[]> {
  const rows = await tx.$queryRaw<DeclaredRow[]>(
    kind === 'offline'
      ? Prisma.sql`SELECT l.id AS lineId, l.categoryId, l.originPlaceId, l.supplierId, l.fen, l.grams,
          l.supplierId IS NULL OR EXISTS (SELECT 1 FROM certification c WHERE c.supplierId = l.supplierId AND ${certificationHolds(placedOn)}) AS isCertified,
          IF(x.state = 'verified', x.decidedAt, NULL) AS verifiedAt, x.declaredAt
        FROM offline_line l JOIN offline_purchase x ON x.id = l.purchaseId WHERE x.id = ${id} ORDER BY l.id`
      : Prisma.sql`SELECT x.id AS lineId, x.categoryId, x.originPlaceId, NULL AS supplierId, x.fen, x.grams, 1 AS isCertified,
          IF(x.state = 'verified', i.at, NULL) AS verifiedAt, i.at AS declaredAt
        FROM external_purchase x JOIN external_import i ON i.id = x.importId WHERE x.id = ${id}`,
  );
  return rows.map(({ fen, grams, isCertified, verifiedAt, declaredAt, ...row }) => ({
    ...row,
    isCertified: Boolean(Number(isCertified)),
    bought: { fen, grams },
    split: { allowanceFen: 0, payableFen: fen },
    accepted: [],
    missing: NOTHING,
    givenUp: NOTHING,
    returned: NOTHING,
    reviewedOn: null,
    paidOn: null,
    verifiedOn: verifiedAt && dayOf(verifiedAt),
    declaredOn: dayOf(declaredAt),
    paymentWay: 'on_account',
  }));
}

/** What of a line stands placed: what was bought less what was given up, what receipts found missing, and what was returned (rules 2, 4). */
export function placedOf({ bought, missing, givenUp, returned }: LineFacts): Amount {
  return less(bought, sumOf([givenUp, missing, returned]));
}

/** What of it a programme counts by its rule for this way of buying; facts after its `countUntil` do not count (rules 2, 3). */
export function countedOf(purchase: Purchase, line: LineFacts, rule: CountingRule): Amount {
  const inTime = (day: Day | null) => day !== null && day <= rule.countUntil;
  const placed = placedOf(line);
  if (purchase.kind !== 'order') return inTime(line.verifiedOn) ? placed : NOTHING;
  const isIndividual = purchase.fundingSource === 'individual';
  const by = isIndividual
    ? rule.countIndividualBy
    : line.paymentWay === 'on_account'
      ? rule.countOnAccountBy
      : rule.countPrepaidBy;
  if (isIndividual && by === 'payment') return inTime(purchase.placedOn) ? placed : NOTHING;
  const delivered = sumOf(line.accepted.filter(({ isCorrection, day }) => !isCorrection || inTime(day)));
  if (by === 'review') return inTime(line.reviewedOn) ? less(delivered, line.returned) : NOTHING;
  if (by === 'payment') return inTime(line.paidOn) ? less(delivered, line.returned) : NOTHING;
  return less(sumOf(line.accepted.filter(({ day }) => inTime(day))), line.returned);
}

function sumOf(parts: readonly Amount[]): Amount {
  return parts.reduce((sum, { fen, grams }) => ({ fen: sum.fen + fen, grams: sum.grams + grams }), NOTHING);
}

function less(whole: Amount, part: Amount): Amount {
  return { fen: Math.max(0, whole.fen - part.fen), grams: Math.max(0, whole.grams - part.grams) };
}

export interface CountingProgramme extends CountingRule {
  id: number;
  isClosed: boolean;
}

/**
 * The programmes of the day of placing in which a unit standing in these groups (",2,5,") takes part and for whose origins and
 * categories the goods qualify; closed ones too, drafts not (rules 1, 3).
 */
export async function programmesFor(
  tx: Tx,
  { categoryId, originPlaceId }: LineFacts,
  { placedOn }: Purchase,
  groupIds: string,
): Promise<CountingProgramme[]> {
  const on = dayToColumn(placedOn);
  const rows = await tx.$queryRaw<(Omit<CountingProgramme, 'isClosed'> & { isClosed: number | bigint })[]>`
    SELECT p.id, p.state = 'closed' AS isClosed, DATE_FORMAT(p.countUntil, '%Y-%m-%d') AS countUntil,
      p.countIndividualBy, p.countPrepaidBy, p.countOnAccountBy
    FROM programme p JOIN category k ON k.id = ${categoryId} JOIN place g ON g.id = ${originPlaceId}
    WHERE p.state <> 'draft' AND p.startsOn <= ${on} AND p.endsOn >= ${on}
      AND ${takesPart(groupIds)}
      AND ${goodsQualify()}
    ORDER BY p.id`;
  return rows.map((row) => ({ ...row, isClosed: Boolean(Number(row.isClosed)) }));
}
