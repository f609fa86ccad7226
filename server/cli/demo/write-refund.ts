import { allocate } from '../../shared/money.ts';
import type { DraftRefund, Market } from './market.ts';
import { hoursLater } from './world.ts';
import { audit } from './write-audit.ts';
import { writeJournal, writeRefund } from './write-money.ts';
import type { WrittenOrder } from './write-order.ts';

/** What the buyer of a received order asked back of its first line, and what became of that, as decide-refund.ts has it. */
export function writeRefundRequest(market: Market, order: WrittenOrder, wish: DraftRefund): void {
  const { rows, now } = market.world;
  const [parcel] = order.parcels;
  const [line] = parcel?.lines ?? [];
  if (!parcel || !line) return;
  const accepted = line.row.acceptedQuantity ?? 0;
  const quantity = Math.min(wish.quantity, accepted);
  const shares = [quantity, accepted - quantity];
  const [fen = 0] = allocate(line.row.acceptedFen ?? 0, shares);
  const [grams = 0] = allocate(line.row.acceptedGrams ?? 0, shares);
  const requestedAt = hoursLater(parcel.fate.receivedAt, wish.hoursAfterReceipt ?? 24);
  const decidedAt = hoursLater(requestedAt, 18);
  if (quantity === 0 || requestedAt > now) return;
  const state = decidedAt > now ? 'requested' : wish.state;
  const isDecided = state !== 'requested';
  const decidedById = isDecided ? market.people.supplierUser(parcel.row.supplierId) : null;
  const refundId = rows.add('refund', {
    orderId: order.id,
    fulfilmentId: parcel.id,
    state,
    reason: wish.reason,
    goodsFen: fen,
    requestedById: order.draft.buyerId,
    requestedAt,
    decidedById,
    decidedAt: isDecided ? decidedAt : null,
    decisionReason: isDecided ? wish.answer : null,
  });
  rows.add('refundLine', { refundId, lineId: line.id, requestedQuantity: quantity, quantity, fen, grams });
  const subject = { subjectType: 'refund', subjectId: refundId, unitId: order.row.unitId };
  audit(market, {
    ...subject,
    at: requestedAt,
    actorId: order.draft.buyerId,
    action: 'refund.request',
    reason: wish.reason,
  });
  if (!isDecided) return;
  const action = state === 'paid' ? 'refund.approve' : 'refund.refuse';
  audit(market, { ...subject, at: decidedAt, actorId: decidedById, action, reason: wish.answer });
  if (state !== 'paid') return;
  Object.assign(line.row, { refundedQuantity: quantity, refundedFen: fen, refundedGrams: grams });
  const fact = { source: 'refund', sourceId: refundId, at: decidedAt } as const;
  if (line.tally) market.tally.reverse(line.tally, { fen, grams }, fact);
  writeJournal(market, {
    orderId: order.id,
    source: 'refund_decision',
    sourceId: refundId,
    at: decidedAt,
    amounts: { goods: -fen, owed: fen },
  });
  writeRefund(market, order, { ...fact, amountFen: fen });
}
