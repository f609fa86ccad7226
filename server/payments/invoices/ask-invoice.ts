import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { lockOrder } from '../../orders/lock-order.ts';
import { mayBuyerSee } from '../../orders/order-policy.ts';
import { isCreditCode } from '../../shared/credit-code.ts';
import { NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { restToPay } from '../start-payment.ts';
import { STATEMENT_TOLD } from '../statement-told.ts';

export interface InvoiceWish {
  title: string;
  /** null: a person's, which has none */
  taxNumber: string | null;
}

/**
 * The buyer of an order that was paid at once asks its suppliers for invoices, one a parcel; what was asked for before and is not issued
 * yet gets the new title. The title is remembered. Refuses a stranger with 404, a tax number that fails its checksum by field, and with
 * 409 an order that is not paid, on account, has all its invoices, or was paid
 * by a welfare allowance alone. Returns how many suppliers were asked.
 */
export async function askInvoice(
  db: PrismaClient,
  actor: Actor,
  orderId: number,
  { title, taxNumber }: InvoiceWish,
  at: Date,
): Promise<number> {
  if (taxNumber !== null && !isCreditCode(taxNumber))
    throw new RuleRefusal('badInput', [{ path: 'taxNumber', code: 'taxNumberWrong' }]);
  return inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (!mayBuyerSee(actor, order)) throw new NotFound();
    const isPaid = order.paymentWay === 'stripe' && (order.state === 'placed' || order.state === 'completed');
    if (!isPaid) throw new StateConflict('notYetInvoiced');
    const issued = await tx.invoice.findMany({ where: { orderId, kind: 'blue' }, select: { fulfilmentId: true } });
    const done = new Set(issued.map(({ fulfilmentId }) => fulfilmentId));
    const parcels = order.fulfilments.filter(({ id, state }) => state !== 'cancelled' && !done.has(id));
    if (parcels.length === 0) throw new StateConflict('allInvoiced');
    // What a welfare allowance pays is the union's and none of a person's invoice.
    if (restToPay(order) === 0) throw new StateConflict('paidByAllowance');
    const wish = { title, taxNumber, askedById: actor.id, askedAt: at };
    for (const { id: fulfilmentId, supplierId } of parcels)
      await tx.invoiceRequest.upsert({
        where: { fulfilmentId },
        create: { fulfilmentId, orderId, supplierId, ...wish },
        update: wish,
        select: { id: true },
      });
    await tx.invoiceTitle.upsert({
      where: { userId_title: { userId: actor.id, title } },
      create: { userId: actor.id, title, taxNumber, usedAt: at },
      update: { taxNumber, usedAt: at },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'order.ask_invoice', subjectType: 'order', subjectId: orderId },
      ...{ unitId: order.unitId, after: { title, parcels: parcels.length } },
    });
    await enqueue(
      tx,
      STATEMENT_TOLD,
      parcels.map(({ id }) => ({ kind: 'invoice_asked', id })),
    );
    return parcels.length;
  });
}
