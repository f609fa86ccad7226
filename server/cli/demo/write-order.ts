import type { Stripe } from '../../clients/stripe.ts';
import type { OrderState } from '../../db/generated/enums.ts';
import { dayOf } from '../../shared/days.ts';
import { groupBy } from '../../shared/group-by.ts';
import { pricePerKg } from '../../shared/money.ts';
import type { Wish } from './compose-order.ts';
import { type Good, priceOn } from './goods.ts';
import type { Share } from './lots.ts';
import type { Draft, KeptLine, Market } from './market.ts';
import type { ParcelFate } from './order-fate.ts';
import type { Tables } from './rows.ts';
import type { LineTally } from './tally.ts';
import { hoursLater } from './world.ts';
import { audit } from './write-audit.ts';
import { deliver } from './write-delivery.ts';
import { writeCancellation } from './write-money.ts';
import { approve, place } from './write-placing.ts';
import { writeRefundRequest } from './write-refund.ts';

export interface WrittenLine {
  id: number;
  row: Tables['orderLine'];
  good: Good;
  shares: Share[];
  tally: LineTally | null;
}

export interface WrittenParcel {
  id: number;
  row: Tables['fulfilment'];
  lines: WrittenLine[];
  fate: ParcelFate;
  /** once it went: cold-chain goods and others in a shipment each */
  shipments: { id: number; lines: WrittenLine[] }[];
}

export interface WrittenOrder {
  id: number;
  row: Tables['order'];
  draft: Draft;
  parcels: WrittenParcel[];
  paymentId: number | null;
  /** as the payment sandbox keeps it */
  charge: Stripe.Charge | null;
  /** where it needed one */
  approval?: Tables['orderApproval'];
}

const HELD_FOR_PAYMENT_HOURS = 35 / 60;
const HELD_FOR_APPROVAL_HOURS = 72;

/** Writes an order and all that has happened to it by now, row for row as the use cases do. Returns what is kept of each line. */
export function writeOrder(market: Market, draft: Draft): KeptLine[] {
  const { now } = market.world;
  const order = openOrder(market, draft);
  const { fate } = draft;
  if (fate.end === 'rejected' || fate.end === 'expired') endUnplaced(market, order);
  else if (fate.placedAt <= now) {
    place(market, order);
    if (fate.end === 'cancelled' && fate.endedAt <= now) writeCancellation(market, order);
    else {
      const done = order.parcels.map((parcel) => deliver(market, order, parcel));
      if (done.every((at) => at !== null)) {
        order.row.state = 'completed';
        order.row.closedAt = new Date(Math.max(...done.map((at) => at.getTime())));
        if (draft.refund) writeRefundRequest(market, order, draft.refund);
      }
    }
  } else if (fate.decidedAt && fate.decidedAt <= now) {
    approve(market, order);
    order.row.state = 'awaiting_payment';
    order.row.heldUntil = hoursLater(fate.decidedAt, HELD_FOR_APPROVAL_HOURS);
  }
  return keptLines(market, order);
}

function keptLines({ sold }: Market, { row, parcels, draft }: WrittenOrder): KeptLine[] {
  const lost = draft.fate.end !== 'delivered';
  return parcels.flatMap((parcel) =>
    parcel.lines.map(({ row: line, good }) => {
      const received = parcel.row.state === 'received';
      if (row.placedAt && row.state !== 'cancelled')
        sold.set(good.id, (sold.get(good.id) ?? 0) + (received ? (line.acceptedQuantity ?? 0) : line.quantity));
      return { good, fen: lost ? 0 : received ? (line.acceptedFen ?? 0) : line.payableFen };
    }),
  );
}

function openOrder(market: Market, draft: Draft): WrittenOrder {
  const { rows } = market.world;
  const { buyerId, unitId, funding, way, submittedAt, fate, to } = draft;
  const day = dayOf(submittedAt);
  const parcels = [...groupBy(draft.wishes, (wish) => wish.good.supplierId).values()];
  const amounts = parcels.map((wishes) => amountsOf(wishes, day));
  const goodsFen = amounts.reduce((sum, parcel) => sum + parcel.goodsFen, 0);
  const freightFen = amounts.reduce((sum, parcel) => sum + parcel.freightFen, 0);
  const waitsFor = funding === 'individual' || (way === 'stripe' && !fate.decidedAt) ? 'payment' : 'approval';
  const state = `awaiting_${waitsFor}` as const satisfies OrderState;
  const row: Tables['order'] = {
    buyerId,
    unitId,
    fundingSource: funding,
    paymentWay: way,
    state,
    channel: draft.channel,
    zoneId: draft.zoneId,
    campaignId: draft.campaignId,
    agreementId: draft.agreementId,
    checkoutKey: '',
    goodsFen,
    discountFen: 0,
    freightFen,
    totalFen: goodsFen + freightFen,
    note: draft.note,
    ...to,
    submittedAt,
    heldUntil: hoursLater(submittedAt, waitsFor === 'payment' ? HELD_FOR_PAYMENT_HOURS : HELD_FOR_APPROVAL_HOURS),
    placedAt: null,
    placedOn: null,
    lineageId: null,
    closedAt: null,
  };
  const id = rows.add('order', row);
  row.checkoutKey = `demo-${id}`;
  const order: WrittenOrder = { id, row, draft, parcels: [], paymentId: null, charge: null };
  if (fate.decidedAt && unitId !== null) {
    const thresholdFen = market.thresholdOf(unitId, funding);
    order.approval = { orderId: id, level: 1, unitId, thresholdFen, decisionId: null };
    rows.add('orderApproval', order.approval);
  }
  for (const [at, wishes] of parcels.entries()) {
    const amount = amounts[at];
    const parcelFate = fate.parcels[at] ?? fate.parcels[0];
    if (!amount || !parcelFate) throw new Error('an order of the demonstration has a parcel without a fate');
    order.parcels.push(openParcel(market, order, { wishes, ...amount, fate: parcelFate }));
  }
  if (funding === 'union_funds' && unitId !== null) {
    const { groupIds } = market.lineageOf(unitId, day);
    market.unionCaps.take({ orderId: id, unitId, groupIds, day, fen: goodsFen, at: submittedAt });
  }
  audit(market, {
    at: submittedAt,
    actorId: buyerId,
    action: 'order.submit',
    subjectId: id,
    unitId,
    after: { state, totalFen: row.totalFen },
  });
  return order;
}

function amountsOf(wishes: readonly Wish[], day: string): { goodsFen: number; freightFen: number } {
  const goodsFen = wishes.reduce((sum, { good, quantity }) => sum + priceOn(good, day, quantity) * quantity, 0);
  const { freightFen, freeFreightFromFen } = (wishes[0] as Wish).good.supplier;
  return { goodsFen, freightFen: freeFreightFromFen !== null && goodsFen >= freeFreightFromFen ? 0 : freightFen };
}

interface NewParcel {
  wishes: readonly Wish[];
  goodsFen: number;
  freightFen: number;
  fate: ParcelFate;
}

function openParcel(
  market: Market,
  order: WrittenOrder,
  { wishes, goodsFen, freightFen, fate }: NewParcel,
): WrittenParcel {
  const { rows } = market.world;
  const supplierId = (wishes[0] as Wish).good.supplierId;
  const row: Tables['fulfilment'] = {
    orderId: order.id,
    supplierId,
    state: 'waiting',
    goodsFen,
    freightFen,
    confirmedAt: null,
    shippedAt: null,
    receivedAt: null,
  };
  const id = rows.add('fulfilment', row);
  const lines = wishes.map((wish) => openLine(market, order, id, wish));
  return { id, row, lines, fate, shipments: [] };
}

function openLine(
  market: Market,
  { id: orderId, draft }: WrittenOrder,
  fulfilmentId: number,
  { good, quantity }: Wish,
): WrittenLine {
  const { world, lots, caps } = market;
  const { submittedAt, buyerId, unitId } = draft;
  const day = dayOf(submittedAt);
  const { spec, family } = good;
  const unitPriceFen = priceOn(good, day, quantity);
  const row: Tables['orderLine'] = {
    orderId,
    fulfilmentId,
    productId: good.id,
    supplierId: good.supplierId,
    categoryId: good.categoryId,
    originPlaceId: good.placeId,
    name: family.name,
    nameEn: family.nameEn,
    spec: spec.spec,
    specEn: spec.specEn,
    saleUnit: spec.saleUnit,
    saleUnitEn: spec.saleUnitEn,
    illustration: good.illustration,
    netGrams: spec.netGrams,
    quantity,
    unitPriceFen,
    goodsFen: unitPriceFen * quantity,
    payableFen: unitPriceFen * quantity,
    grams: spec.netGrams * quantity,
    pricePerKgFen: spec.saleMode === 'by_weight' ? pricePerKg(unitPriceFen, spec.netGrams) : null,
    toleranceBp: spec.toleranceBp,
    supplierCertificationId: null,
    productCertificationId: null,
    acceptedQuantity: 0,
    acceptedGrams: 0,
    acceptedFen: 0,
  };
  const id = world.rows.add('orderLine', row);
  const shares = lots.hold(good, day, quantity, id, submittedAt);
  for (const share of shares) world.rows.add('lineAllocation', { lineId: id, ...share });
  caps.take(good, { userId: buyerId, unitId: unitId ?? null }, day, quantity, { orderId, at: submittedAt });
  return { id, row, good, shares, tally: null };
}

/** Refused by its approver, or never paid: what it held is free again. */
function endUnplaced(market: Market, { id, row, draft, parcels, approval }: WrittenOrder): void {
  const { end, endedAt } = draft.fate;
  if (endedAt > market.world.now) return;
  Object.assign(row, { state: end, heldUntil: null, closedAt: endedAt });
  for (const parcel of parcels) parcel.row.state = 'cancelled';
  for (const line of parcels.flatMap((parcel) => parcel.lines)) market.lots.release(line.shares, line.id, endedAt);
  market.unionCaps.release(id, endedAt);
  if (end !== 'rejected' || row.unitId == null) return;
  const byId = market.people.approver(row.unitId);
  const reason = '本月采购额度已用完，请下月再报（演示）';
  const decisionId = market.world.rows.add('orderDecision', {
    ...{ orderId: id, decision: 'rejected', byId, reason, at: endedAt },
  });
  if (approval) approval.decisionId = decisionId;
  const before = { state: 'awaiting_approval' };
  audit(market, {
    at: endedAt,
    actorId: byId,
    action: 'order.reject',
    subjectId: id,
    unitId: row.unitId,
    before,
    after: { state: end },
    reason,
  });
}
