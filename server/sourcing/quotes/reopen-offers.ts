import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { type LockedRequest, lockRequest } from './lock-request.ts';
import { tellLater } from './quote-changed.ts';
import { nextOfferState, nextRequestState } from './quote-states.ts';

/**
 * An order from offers ended before it was placed: refused, cancelled, or waited too long. The offers have served nobody, so those that
 * are still binding can be accepted again, and their lines are open again; one that has run out meanwhile is over. What lapsed because
 * others were chosen stays so, since its supplier was told. A request that was withdrawn stays as it is. May run again. Under the
 * request's lock, as acceptance and expiry are.
 */
export async function reopenOffers(db: PrismaClient, orderId: number, now: Date): Promise<void> {
  const used = await db.quoteOfferLine.findFirst({
    where: { orderId },
    select: { offer: { select: { requestId: true } } },
  });
  if (!used) return;
  await inTransaction(db, async (tx) => {
    const request = await lockRequest(tx, used.offer.requestId);
    const order = await tx.order.findUniqueOrThrow({
      where: { id: orderId },
      select: { placedAt: true, closedAt: true },
    });
    if (order.placedAt !== null || order.closedAt === null || request.state === 'withdrawn') return;
    await reopen(tx, request, orderId, now);
  });
}

async function reopen(tx: Tx, request: LockedRequest, orderId: number, now: Date): Promise<void> {
  const offers = await tx.quoteOffer.findMany({
    where: { requestId: request.id, lines: { some: { orderId } } },
    include: { lines: { where: { orderId }, select: { id: true } } },
  });
  if (offers.length === 0) return;
  const lineIds = offers.flatMap(({ lines }) => lines.map(({ id }) => id));
  await tx.quoteRequestLine.updateMany({ where: { awardedLineId: { in: lineIds } }, data: { awardedLineId: null } });
  await tx.quoteOfferLine.updateMany({ where: { id: { in: lineIds } }, data: { orderId: null } });
  const binding = offers.filter((offer) => offer.validUntil > now);
  for (const { id, state, validUntil } of offers) {
    const event = validUntil > now ? 'reopen' : 'expire_unused';
    const data = { state: nextOfferState(state, event), endedAt: validUntil > now ? null : now };
    await tx.quoteOffer.update({ where: { id }, data, select: { id: true } });
  }
  const isOpen = request.state === 'open' || binding.length > 0 || request.answerBy > now;
  if (isOpen && request.state !== 'open')
    await tx.quoteRequest.update({
      where: { id: request.id },
      data: { state: nextRequestState(request.state, 'reopen'), endedAt: null },
      select: { id: true },
    });
  await audit(tx, {
    ...{ at: now, actorId: null, action: 'quote.reopen', subjectType: 'quote_request', subjectId: request.id },
    ...{ unitId: request.unitId, before: { orderId, offerLineIds: lineIds } },
    after: { offerIds: binding.map(({ id }) => id), isOpen },
  });
  const supplierIds = [...new Set(binding.map(({ supplierId }) => supplierId))];
  if (supplierIds.length > 0)
    await tellLater(tx, { what: 'reopened', requestId: request.id, supplierIds, factId: orderId });
}
