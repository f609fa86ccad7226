import type { Channel, FundingSource } from '../../db/generated/enums.ts';
import type { Sql } from '../../db/sql.ts';
import { dayFromColumn } from '../../shared/days.ts';
import { groupBy } from '../../shared/group-by.ts';
import type { Lineage } from '../../units/lineage.ts';
import { listOf } from '../board/progress-queries.ts';
import { goodsQualify } from '../tally/qualifying.ts';
import { holdersOf, movesOf } from './programme-moves.ts';
import type { Amount, Fact, ToldLine, ToldPurchase } from './programme-retelling.ts';
import type { LoadedRule, Way } from './programme-rule.ts';

interface OrderRow {
  id: number;
  unitId: number;
  fundingSource: FundingSource;
  paymentWay: 'stripe' | 'on_account';
  channel: Channel;
  zoneId: number | null;
  placedAt: Date;
  placedOn: Date;
  lineageId: number | null;
  lineageUnitId: number | null;
  path: string | null;
  groupIds: string | null;
  cancellationId: number | null;
  cancelledAt: Date | null;
}

interface LineRow extends Omit<ToldLine, 'bought' | 'facts'>, Amount {
  orderId: number;
  fulfilmentId: number;
}

export interface ToldOrder {
  purchase: ToldPurchase;
  way: Way;
}

/** A fact that happened at the same instant as another is played in this order. */
const RANK = ['place', 'outstanding', 'receive', 'count', 'accepted', 'all', 'move'];

/**
 * The orders among these that count in the programme for anyone who held them, with the lines whose goods qualify and everything that
 * happened to them, from the tables of orders and payments alone. Orders whose placing the programme has itself are left out. The
 * caller holds their row locks.
 */
export async function toldOrders(tx: Sql, rule: LoadedRule, orderIds: readonly number[]): Promise<ToldOrder[]> {
  const orders = await ordersToTell(tx, rule, orderIds);
  const moves = await movesOf(
    tx,
    'order',
    orders.map(({ id }) => id),
  );
  const told: { order: OrderRow; holder: Lineage; facts: Fact[] }[] = [];
  for (const order of orders) {
    const placedOn = dayFromColumn(order.placedOn);
    const { holder, facts } = await holdersOf(tx, moves.get(order.id) ?? [], {
      ...{ unitId: order.unitId, placedOn, lineage: lineageIn(order) },
    });
    const holders = [holder, ...facts.flatMap((fact) => (fact.does === 'move' ? [fact.to] : []))];
    if (holders.some(rule.takesPart)) told.push({ order, holder, facts });
  }
  const lines = await linesToTell(
    tx,
    rule,
    told.map(({ order }) => order.id),
  );
  const happened = await factsOfLines(tx, lines);
  const linesOf = groupBy(lines, (line) => line.orderId);
  return told.map(({ order, holder, facts }) => {
    const way = wayOf(order);
    return {
      way,
      purchase: {
        ...{ orderId: order.id, fundingSource: order.fundingSource, channel: order.channel, zoneId: order.zoneId },
        ...{ placedOn: dayFromColumn(order.placedOn), holder },
        lines: (linesOf.get(order.id) ?? []).map(({ fen, grams, orderId, fulfilmentId, ...line }) => ({
          ...line,
          bought: { fen, grams },
          facts: inOrder([...ofOrder(order, way), ...(happened.get(line.lineId) ?? []), ...facts], way),
        })),
      },
    };
  });
}

function ordersToTell(tx: Sql, { programmeId }: LoadedRule, orderIds: readonly number[]): PromiseLike<OrderRow[]> {
  return tx.$queryRaw<OrderRow[]>`
    SELECT o.id, o.unitId, o.fundingSource, o.paymentWay, o.channel, o.zoneId, o.placedAt, o.placedOn,
      g.id AS lineageId, g.unitId AS lineageUnitId, g.path, g.groupIds, c.id AS cancellationId, c.at AS cancelledAt
    FROM \`order\` o LEFT JOIN unit_lineage g ON g.id = o.lineageId LEFT JOIN cancellation c ON c.orderId = o.id
    WHERE o.id IN (${listOf(orderIds)}) AND o.unitId IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM tally_entry e WHERE e.orderId = o.id AND e.programmeId = ${programmeId} AND e.source = 'order' AND e.event = 'placed')
    ORDER BY o.id`;
}

function lineageIn({ lineageId, lineageUnitId, path, groupIds }: OrderRow): Lineage | undefined {
  if (lineageId === null || lineageUnitId === null || path === null || groupIds === null) return undefined;
  return { id: lineageId, unitId: lineageUnitId, path, groupIds };
}

/** Certified on the day of placing (as was written down then), and not disqualified since (rule 1). */
async function linesToTell(tx: Sql, { programmeId }: LoadedRule, orderIds: readonly number[]): Promise<LineRow[]> {
  if (orderIds.length === 0) return [];
  return tx.$queryRaw<LineRow[]>`
    SELECT l.id AS lineId, l.orderId, l.fulfilmentId, l.categoryId, l.originPlaceId, l.supplierId, l.payableFen AS fen, l.grams, l.allowanceFen
    FROM order_line l JOIN \`order\` o ON o.id = l.orderId JOIN category k ON k.id = l.categoryId JOIN place g ON g.id = l.originPlaceId
    WHERE l.orderId IN (${listOf(orderIds)}) AND l.supplierCertificationId IS NOT NULL AND l.productCertificationId IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM disqualification d WHERE d.certificationId IN (l.supplierCertificationId, l.productCertificationId)
        AND d.state IN ('reversing', 'done') AND d.since <= o.placedOn)
      AND ${goodsQualify(programmeId)}
    ORDER BY l.id`;
}

function wayOf({ fundingSource, paymentWay }: Pick<OrderRow, 'fundingSource' | 'paymentWay'>): Way {
  if (fundingSource === 'individual') return 'individual';
  return paymentWay === 'on_account' ? 'on_account' : 'prepaid';
}

function ofOrder({ id, placedAt, cancellationId, cancelledAt }: OrderRow, way: Way): Fact[] {
  const placing = { source: 'order', sourceId: id, at: placedAt } as const;
  const facts: Fact[] = [{ ...placing, does: 'place' }];
  if (way === 'individual') facts.push({ ...placing, does: 'count', by: 'payment' });
  if (cancellationId !== null && cancelledAt !== null) {
    const cancelling = { source: 'cancellation', sourceId: cancellationId, at: cancelledAt } as const;
    facts.push({ ...cancelling, does: 'take_back', of: 'all', part: { fen: 0, grams: 0 } });
  }
  return facts;
}

type FactRow = { lineId: number; sourceId: number; at: Date };

/** Receipts, reviews, refunds and settlements, by line. */
async function factsOfLines(tx: Sql, lines: readonly LineRow[]): Promise<Map<number, Fact[]>> {
  if (lines.length === 0) return new Map();
  const ids = listOf(lines.map(({ lineId }) => lineId));
  const receipts = await tx.$queryRaw<
    (FactRow & Amount & { missingFen: number; missingGrams: number; kind: string })[]
  >`
    SELECT x.lineId, r.id AS sourceId, r.at, x.acceptedFen AS fen, x.acceptedGrams AS grams, x.missingFen, x.missingGrams, r.kind
    FROM receipt_line x JOIN receipt r ON r.id = x.receiptId WHERE x.lineId IN (${ids})`;
  const reviews = await tx.$queryRaw<FactRow[]>`
    SELECT l.id AS lineId, v.id AS sourceId, v.at FROM order_line l JOIN delivery_review v ON v.fulfilmentId = l.fulfilmentId
    WHERE l.id IN (${ids})`;
  const refunds = await tx.$queryRaw<(FactRow & Amount & { outstanding: number | boolean })[]>`
    SELECT x.lineId, r.id AS sourceId, r.decidedAt AS at, x.fen, x.grams, x.outstanding
    FROM refund_line x JOIN refund r ON r.id = x.refundId WHERE x.lineId IN (${ids}) AND r.state IN ('approved', 'paid')`;
  const settled = await tx.$queryRaw<FactRow[]>`
    SELECT x.lineId, s.settlementId AS sourceId, s.paidAt AS at
    FROM receipt_line x JOIN statement_line s ON s.receiptLineId = x.id JOIN receipt r ON r.id = x.receiptId AND r.kind <> 'settlement'
    WHERE x.lineId IN (${ids}) AND s.paidAt IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM receipt_line y JOIN receipt q ON q.id = y.receiptId AND q.kind <> 'settlement' JOIN statement_line z ON z.receiptLineId = y.id
      WHERE y.lineId = x.lineId AND (z.paidAt IS NULL OR z.paidAt > s.paidAt OR (z.paidAt = s.paidAt AND z.id > s.id)))`;
  const byLine = new Map<number, Fact[]>(lines.map(({ lineId }) => [lineId, []]));
  const add = (lineId: number, fact: Fact) => byLine.get(lineId)?.push(fact);
  for (const { lineId, fen, grams, missingFen, missingGrams, kind, ...by } of receipts) {
    const parts = {
      accepted: { fen, grams },
      missing: { fen: missingFen, grams: missingGrams },
      isCorrection: kind === 'settlement',
    };
    add(lineId, { ...by, source: 'receipt', does: 'receive', by: 'acceptance', ...parts });
  }
  for (const { lineId, ...by } of reviews) add(lineId, { ...by, source: 'review', does: 'count', by: 'review' });
  for (const { lineId, ...by } of settled)
    add(lineId, { ...by, source: 'settlement', does: 'count', by: 'settlement' });
  for (const { lineId, fen, grams, outstanding, ...by } of refunds) {
    const of = outstanding ? 'outstanding' : 'accepted';
    add(lineId, { ...by, source: 'refund', does: 'take_back', of, part: { fen, grams } });
  }
  return byLine;
}

/** As they happened; an individual's receipt is told by its own word. */
export function inOrder(facts: readonly Fact[], way: Way): Fact[] {
  const rank = (fact: Fact) => RANK.indexOf(fact.does === 'take_back' ? fact.of : fact.does);
  return facts
    .map((fact): Fact => (fact.does === 'receive' && way === 'individual' ? { ...fact, by: 'receipt' } : fact))
    .sort((a, b) => a.at.getTime() - b.at.getTime() || rank(a) - rank(b) || a.sourceId - b.sourceId);
}
