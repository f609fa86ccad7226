import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { NotFound } from '../shared/errors.ts';
import { lockFulfilment } from './lock-order.ts';
import { onBehalf } from './on-behalf.ts';
import { mayLookAfter } from './order-policy.ts';
import { nextFulfilmentState } from './order-states.ts';
import { shipDueAt } from './overdue/due-dates.ts';

/** The supplier takes the parcel on; from then on the buyer can no longer cancel unless shipping is overdue. Refuses another supplier with 404. */
export async function confirmFulfilment(db: PrismaClient, actor: Actor, fulfilmentId: number, at: Date): Promise<void> {
  await inTransaction(db, (tx) => confirmParcel(tx, actor, fulfilmentId, at));
}

/** The same within the caller's transaction. */
export async function confirmParcel(tx: Tx, actor: Actor, fulfilmentId: number, at: Date): Promise<void> {
  const { order, fulfilment } = await lockFulfilment(tx, fulfilmentId);
  if (!mayLookAfter(actor, fulfilment)) throw new NotFound();
  const state = nextFulfilmentState(fulfilment.state, 'confirm');
  const dueAt = fulfilment.dueAt && (await shipDueAt(tx, fulfilment.supplierId, at, order));
  await tx.fulfilment.update({
    where: { id: fulfilmentId },
    data: { state, confirmedAt: at, dueAt },
    select: { id: true },
  });
  await audit(tx, {
    at,
    actorId: actor.id,
    onBehalfOf: await onBehalf(tx, actor, fulfilment.supplierId),
    action: 'fulfilment.confirm',
    subjectType: 'fulfilment',
    subjectId: fulfilmentId,
    before: { state: fulfilment.state },
    after: { state },
  });
}
