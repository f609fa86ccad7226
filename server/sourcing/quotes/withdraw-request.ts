import { type Actor, unitsBoughtFor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotFound } from '../../shared/errors.ts';
import { type LockedRequest, lockRequest } from './lock-request.ts';
import { tellLater } from './quote-changed.ts';
import { nextOfferState, nextRequestState } from './quote-states.ts';

/** Ends a request of a unit; its open offers no longer bind. Refuses a stranger with 404, one that is over with 409. */
export async function withdrawRequest(db: PrismaClient, actor: Actor, requestId: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const request = await lockRequest(tx, requestId);
    if (!unitsBoughtFor(actor).includes(request.unitId)) throw new NotFound();
    const state = nextRequestState(request.state, 'withdraw');
    await tx.quoteRequest.update({ where: { id: requestId }, data: { state, endedAt: at }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'quote.withdraw', subjectType: 'quote_request', subjectId: requestId },
      ...{ unitId: request.unitId, before: { state: request.state }, after: { state } },
    });
    await letLapse(tx, request, at);
  });
}

/** Offers that nobody can accept any more; their suppliers are told. */
export async function letLapse(tx: Tx, request: LockedRequest, at: Date, but: readonly number[] = []): Promise<void> {
  const open = request.offers.filter((offer) => offer.state === 'open' && !but.includes(offer.id));
  const state = nextOfferState('open', 'lapse');
  for (const { id } of open)
    await tx.quoteOffer.update({ where: { id }, data: { state, endedAt: at }, select: { id: true } });
  const answered = request.invitations.filter(({ declinedAt }) => declinedAt === null);
  const supplierIds = answered
    .map(({ supplierId }) => supplierId)
    .filter((id) => !request.offers.some((offer) => but.includes(offer.id) && offer.supplierId === id));
  if (supplierIds.length > 0)
    await tellLater(tx, { what: 'ended', requestId: request.id, supplierIds, factId: request.id });
}
