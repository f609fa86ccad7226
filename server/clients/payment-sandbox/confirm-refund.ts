import type { Stripe } from '../stripe.ts';
import type { ChargeRow, RefundRow, Sandbox } from './context.ts';
import { recordEvents } from './record-events.ts';

/** What the bank says of a refund a moment after it was asked for: confirmed, or failed and the money is back with the market. */
export async function confirmDueRefund(sandbox: Sandbox, entryId: string): Promise<void> {
  const entry = await sandbox.store.find<{ refundId: string }>(entryId);
  const asked = entry && (await sandbox.store.find<RefundRow>(entry.refundId));
  if (!entry || !asked) return sandbox.store.remove(entryId);
  const events = await sandbox.store.transaction(async (tx) => {
    // The charge first, as when the refund was made; the queue entry tells whether another process has been here.
    const chargeRow = await tx.lock<ChargeRow>(String(asked.object.charge));
    const row = await tx.lock<RefundRow>(entry.refundId);
    const untouched = await tx.lock(entryId);
    if (!chargeRow || !row || !untouched) return [];
    await tx.remove(entryId);

    const refund = row.object;
    if (chargeRow.refundsFail) fail(refund, chargeRow.object);
    else confirm(refund);
    await tx.save(refund.id, row);
    await tx.save(chargeRow.object.id, chargeRow);
    const types: Stripe.Event.Type[] = ['refund.updated', 'charge.refund.updated'];
    if (chargeRow.refundsFail) types.push('refund.failed');
    return recordEvents(
      sandbox,
      tx,
      types.map((type) => ({ type, object: refund })),
      chargeRow.delivery,
    );
  });
  await sandbox.deliver(events);
}

function confirm(refund: Stripe.Refund): void {
  refund.status = 'succeeded';
  delete refund.pending_reason;
}

function fail(refund: Stripe.Refund, charge: Stripe.Charge): void {
  refund.status = 'failed';
  refund.failure_reason = 'lost_or_stolen_card';
  delete refund.pending_reason;
  charge.amount_refunded -= refund.amount;
  charge.refunded = false;
}
