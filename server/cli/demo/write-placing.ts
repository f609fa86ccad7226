import { dayOf, dayToColumn } from '../../shared/days.ts';
import { holdsOn } from './goods.ts';
import type { Market } from './market.ts';
import { CONFIRM_WITHIN_HOURS, hoursLater } from './world.ts';
import { audit } from './write-audit.ts';
import { writeJournal, writePayment } from './write-money.ts';
import type { WrittenLine, WrittenOrder } from './write-order.ts';

/** The approver's consent, where it was needed. */
export function approve(market: Market, { id, row, draft, approval }: WrittenOrder): void {
  const { decidedAt } = draft.fate;
  if (!decidedAt || row.unitId == null) return;
  const byId = market.people.approver(row.unitId);
  const decisionId = market.world.rows.add('orderDecision', { orderId: id, decision: 'approved', byId, at: decidedAt });
  if (approval) approval.decisionId = decisionId;
  audit(market, {
    at: decidedAt,
    actorId: byId,
    action: 'order.approve',
    subjectId: id,
    unitId: row.unitId,
    before: { state: 'awaiting_approval' },
    after: { totalFen: row.totalFen },
  });
}

/** The moment from which an order binds, as place-order.ts has it. */
export function place(market: Market, order: WrittenOrder): void {
  const { id, row, draft, parcels } = order;
  const at = draft.fate.placedAt;
  const day = dayOf(at);
  const lineage = row.unitId == null ? null : market.lineageOf(row.unitId, day);
  approve(market, order);
  Object.assign(row, {
    state: 'placed',
    placedAt: at,
    placedOn: dayToColumn(day),
    lineageId: lineage?.lineageId ?? null,
    heldUntil: null,
  });
  for (const parcel of parcels)
    Object.assign(parcel.row, { state: 'to_confirm', dueAt: hoursLater(at, CONFIRM_WITHIN_HOURS) });
  const { goodsFen, freightFen, totalFen } = row;
  writeJournal(market, {
    orderId: id,
    source: 'placing',
    sourceId: id,
    at,
    amounts: { goods: goodsFen, freight: freightFen, owed: -totalFen },
  });
  for (const line of parcels.flatMap((parcel) => parcel.lines)) placeLine(market, order, line, lineage, day);
  if (row.paymentWay === 'stripe') writePayment(market, order);
}

function placeLine(
  { tally }: Market,
  { id: orderId, row: order, draft }: WrittenOrder,
  line: WrittenLine,
  lineage: { lineageId: number; groupIds: string } | null,
  day: string,
): void {
  const { row, good } = line;
  if (holdsOn(good.supplier.certification, day)) row.supplierCertificationId = good.supplierCertificationId;
  if (holdsOn(good.spec.certification, day)) row.productCertificationId = good.certificationId;
  if (!lineage || order.unitId == null) return;
  const fact = { source: 'order', sourceId: orderId, at: draft.fate.placedAt } as const;
  line.tally = tally.place(
    {
      orderId,
      lineId: line.id,
      placedOn: day,
      ...lineage,
      unitId: order.unitId,
      fundingSource: order.fundingSource,
      categoryId: good.categoryId,
      categoryPath: good.categoryPath,
      originPlaceId: good.placeId,
      originPath: good.placePath,
      supplierId: good.supplierId,
      channel: draft.channel,
      zoneId: draft.zoneId,
      certified: row.supplierCertificationId != null && row.productCertificationId != null,
      fen: row.payableFen,
      grams: row.grams,
    },
    fact,
  );
  if (draft.funding === 'individual')
    tally.count(line.tally, 'individual', 'payment', { fen: row.payableFen, grams: row.grams }, fact);
}
