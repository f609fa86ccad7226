import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import type { FulfilmentState } from '../../db/generated/enums.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';
import type { Fulfilled } from '../book-receipt.ts';
import { carryOutCancelling } from '../cancel-order.ts';
import { dropWholeRest } from '../drop-rest.ts';
import { giveBack, standingParts } from '../give-back.ts';
import { heldShares } from '../held-shares.ts';
import { lockFulfilment } from '../lock-order.ts';
import { mayBuyerSee } from '../order-policy.ts';
import { nextOrderState } from '../order-states.ts';
import { isOverdue, SUPPLIERS_TURN } from './due-dates.ts';

/** The outbox topic of parcels that their buyers no longer waited for. */
export const OVERDUE_CANCELLED = 'parcel.overdue_cancelled';

/** The reason of a buyer who gives none; `reasonText` puts it into words. */
export const OVERDUE = 'market.overdue';

/**
 * The buyer no longer waits for a parcel whose supplier has let its time pass: stock and caps are free, tally and journal reversed, what
 * was paid is due back, freight included (rules 4, 10); with its last parcel the whole order ends. Of what went in part only the rest is
 * cancelled, and freight stays. Refuses another's parcel with 404; with 409 what was shipped or ended meanwhile (`wrongFulfilmentState`), is
 * not overdue (`notOverdue`), or is part of a case that others share (`poolFilled`). Returns the parcel's state.
 */
export async function cancelOverdueParcel(
  db: PrismaClient,
  actor: Actor,
  fulfilmentId: number,
  reason: string,
  at: Date,
): Promise<FulfilmentState> {
  return inTransaction(db, async (tx) => {
    const found = await lockFulfilment(tx, fulfilmentId);
    const { order, fulfilment } = found;
    if (!mayBuyerSee(actor, order)) throw new NotFound();
    if (!SUPPLIERS_TURN.some((state) => state === fulfilment.state))
      throw new StateConflict('wrongFulfilmentState', { state: fulfilment.state });
    if (order.poolId !== null) throw new StateConflict('poolFilled');
    if (!isOverdue(fulfilment, at)) throw new StateConflict('notOverdue');
    if (fulfilment.state === 'partly_shipped') return cancelRest(tx, found, { byId: actor.id, reason, at });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'fulfilment.cancel_overdue', subjectType: 'fulfilment' },
      ...{ subjectId: fulfilmentId, unitId: order.unitId, reason: reason || OVERDUE },
      ...{ before: { state: fulfilment.state, dueAt: fulfilment.dueAt?.toISOString() }, after: { state: 'cancelled' } },
    });
    await enqueue(tx, OVERDUE_CANCELLED, [{ fulfilmentId }]);
    await giveBackParcel(tx, found, { byId: actor.id, reason: reason || OVERDUE, at });
    // It stays among those that did not go in time.
    await tx.fulfilment.update({
      where: { id: fulfilmentId },
      data: { dueAt: fulfilment.dueAt },
      select: { id: true },
    });
    return 'cancelled';
  });
}

async function cancelRest(tx: Tx, found: Fulfilled, { byId, reason, at }: By): Promise<FulfilmentState> {
  await dropWholeRest(tx, found, { actorId: byId, reason: reason || OVERDUE, backOnShelf: true }, at);
  const where = { id: found.fulfilment.id };
  return (await tx.fulfilment.findUniqueOrThrow({ where, select: { state: true } })).state;
}

interface By {
  byId: number;
  reason: string;
  at: Date;
}

async function giveBackParcel(
  tx: Tx,
  { order, fulfilment, lines }: Awaited<ReturnType<typeof lockFulfilment>>,
  { byId, reason, at }: By,
): Promise<void> {
  const others = order.fulfilments.filter(({ id, state }) => id !== fulfilment.id && state !== 'cancelled');
  if (others.length === 0)
    return carryOutCancelling(tx, order, { byId, state: nextOrderState(order.state, 'cancel'), reason, at });
  await tx.refund.updateMany({
    where: { fulfilmentId: fulfilment.id, state: 'requested' },
    data: { state: 'withdrawn', decidedAt: at },
  });
  const standing = await standingParts(tx, order, fulfilment.id);
  const parts = lines
    .map((line) => ({ line, quantity: standing.get(line.id)?.quantity ?? 0 }))
    .filter(({ quantity }) => quantity > 0);
  const held = await heldShares(
    tx,
    parts.map(({ line }) => line.id),
  );
  await giveBack(tx, order, fulfilment, { parts, reason, byId, held }, at);
}
