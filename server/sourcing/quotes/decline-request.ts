import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { onBehalf } from '../../orders/on-behalf.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';
import { lockRequest } from './lock-request.ts';
import { tellLater } from './quote-changed.ts';

/** A supplier says that it will not offer, and why. Refuses who is not invited with 404, and with 409 a request that is over or an offer that binds. */
export async function declineRequest(
  db: PrismaClient,
  actor: Actor,
  { requestId, supplierId, reason }: { requestId: number; supplierId: number; reason: string },
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const request = await lockRequest(tx, requestId);
    const invited = request.invitations.find((one) => one.supplierId === supplierId);
    if (!invited || !suppliersServedBy(actor).includes(supplierId)) throw new NotFound();
    if (request.state !== 'open' || invited.declinedAt) throw new StateConflict('quoteRequestOver');
    if (request.offers.some((offer) => offer.supplierId === supplierId)) throw new StateConflict('offerBinds');
    await tx.quoteInvitation.update({
      where: { requestId_supplierId: { requestId, supplierId } },
      data: { declinedAt: at, declinedById: actor.id, declineReason: reason },
      select: { requestId: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'quote.decline', subjectType: 'quote_request', subjectId: requestId },
      ...{ unitId: request.unitId, onBehalfOf: await onBehalf(tx, actor, supplierId), after: { supplierId }, reason },
    });
    await tellLater(tx, { what: 'declined', requestId, supplierIds: [supplierId], factId: requestId });
  });
}
