import type { Stripe } from '../stripe.ts';
import {
  type Delivery,
  type OutgoingEvent,
  type PaymentIntentRow,
  PLAIN_DELIVERY,
  type Sandbox,
  type SessionRow,
  seconds,
} from './context.ts';
import { expiryEntry } from './create-session.ts';
import { invalid, missing } from './errors.ts';
import { type EventDraft, recordEvents } from './record-events.ts';
import type { SandboxTransaction } from './store.ts';

/** POST /v1/checkout/sessions/:id/expire. Throws Stripe's error when the session is no longer open. */
export async function expireSession(
  sandbox: Sandbox,
  tx: SandboxTransaction,
  sessionId: string,
  request: { id: string; idempotencyKey: string | null },
): Promise<{ row: SessionRow; events: OutgoingEvent[] }> {
  const row = await tx.lock<SessionRow>(sessionId);
  if (!row || !sessionId.startsWith('cs_')) throw missing('checkout.session', sessionId, 'session');
  if (row.object.status !== 'open') {
    throw invalid(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${row.object.status}.`,
    );
  }
  return { row, events: await closeSession(sandbox, tx, row, PLAIN_DELIVERY, request) };
}

/** What time does to an open session; nothing when it has been paid meanwhile. */
export async function expireDueSession(sandbox: Sandbox, entryId: string): Promise<void> {
  const entry = await sandbox.store.find<{ sessionId: string }>(entryId);
  if (!entry) return;
  const events = await sandbox.store.transaction(async (tx) => {
    const row = await tx.lock<SessionRow>(entry.sessionId);
    if (row?.object.status === 'open') return closeSession(sandbox, tx, row, PLAIN_DELIVERY);
    await tx.remove(entryId);
    return [];
  });
  await sandbox.deliver(events);
}

/** Closes an open session that the caller has locked; an unfinished payment intent is cancelled with it. */
export async function closeSession(
  sandbox: Sandbox,
  tx: SandboxTransaction,
  row: SessionRow,
  delivery: Delivery,
  request: { id: string; idempotencyKey: string | null } | null = null,
): Promise<OutgoingEvent[]> {
  const session = row.object;
  session.status = 'expired';
  session.url = null;
  await tx.save(session.id, row);
  await tx.remove(expiryEntry(session));

  const drafts: EventDraft[] = [{ type: 'checkout.session.expired', object: session }];
  const intent = await cancelledIntent(sandbox, tx, session.payment_intent);
  if (intent) drafts.unshift({ type: 'payment_intent.canceled', object: intent });
  return recordEvents(sandbox, tx, drafts, delivery, request);
}

async function cancelledIntent(
  sandbox: Sandbox,
  tx: SandboxTransaction,
  id: Stripe.Checkout.Session['payment_intent'],
): Promise<Stripe.PaymentIntent | undefined> {
  const row = typeof id === 'string' ? await tx.lock<PaymentIntentRow>(id) : undefined;
  if (!row) return undefined;
  row.object.status = 'canceled';
  row.object.canceled_at = seconds(sandbox.now());
  row.object.cancellation_reason = 'automatic';
  await tx.save(row.object.id, row);
  return row.object;
}
