import { z } from 'zod';
import type { Stripe } from '../stripe.ts';
import {
  type ChargeRow,
  type OutgoingEvent,
  PAYMENT_METHOD_TYPES,
  type PaymentIntentRow,
  type Sandbox,
  type SessionRow,
  seconds,
} from './context.ts';
import { expiryEntry } from './create-session.ts';
import { closeSession } from './expire-session.ts';
import { newCharge, newPaymentIntent } from './objects.ts';
import { type EventDraft, recordEvents } from './record-events.ts';
import type { SandboxTransaction } from './store.ts';

const ticked = z.union([z.boolean(), z.enum(['on', 'true']).transform(() => true)]).default(false);

/** What a person, or a program in their place, decides on the pay page. */
export const payChoice = z.strictObject({
  outcome: z.enum(['succeed', 'decline', 'abandon']),
  paymentMethod: z.enum(PAYMENT_METHOD_TYPES).optional(),
  delaySeconds: z.coerce.number().int().min(0).max(3600).default(0),
  duplicate: ticked,
  outOfOrder: ticked,
  /** Refunds of this payment are accepted and fail later, as when a card was closed. */
  refundsFail: ticked,
});

export type PayChoice = z.output<typeof payChoice>;

export type Settlement =
  | { kind: 'settled'; session: Stripe.Checkout.Session; events: OutgoingEvent[] }
  | { kind: 'closed'; session: Stripe.Checkout.Session }
  | { kind: 'method_not_offered'; session: Stripe.Checkout.Session }
  | { kind: 'unknown' };

/**
 * Ends a checkout session as chosen. `succeed` completes it; `decline` records a failed attempt and leaves it open, as Checkout does;
 * `abandon` expires it at once instead of making the market wait for the expiry. The same outcome again changes nothing;
 * another one on a closed session is `closed`. Of parallel callers one settles.
 */
export async function settleSession(sandbox: Sandbox, sessionId: string, choice: PayChoice): Promise<Settlement> {
  const settlement = await sandbox.store.transaction<Settlement>(async (tx) => {
    const row = sessionId.startsWith('cs_') ? await tx.lock<SessionRow>(sessionId) : undefined;
    if (!row) return { kind: 'unknown' };
    const session = row.object;
    const ended = { complete: 'succeed', expired: 'abandon', open: undefined }[String(session.status)];
    if (ended) return ended === choice.outcome ? { kind: 'settled', session, events: [] } : { kind: 'closed', session };
    if (session.expires_at <= seconds(sandbox.now())) {
      return { kind: 'closed', session: { ...session, status: 'expired' } };
    }
    const method = choice.paymentMethod ?? session.payment_method_types[0];
    if (!method || !session.payment_method_types.includes(method)) return { kind: 'method_not_offered', session };

    if (choice.outcome === 'abandon') {
      return { kind: 'settled', session, events: await closeSession(sandbox, tx, row, choice) };
    }
    return { kind: 'settled', session, events: await attemptPayment(sandbox, tx, row, choice) };
  });
  if (settlement.kind === 'settled') await sandbox.deliver(settlement.events);
  return settlement;
}

async function attemptPayment(
  sandbox: Sandbox,
  tx: SandboxTransaction,
  row: SessionRow,
  choice: PayChoice,
): Promise<OutgoingEvent[]> {
  const session = row.object;
  const created = seconds(sandbox.now());
  const succeeded = choice.outcome === 'succeed';
  const method = choice.paymentMethod ?? (session.payment_method_types[0] as (typeof PAYMENT_METHOD_TYPES)[number]);
  const earlier = await lockedIntent(tx, session);
  const intent = earlier ?? newPaymentIntent(row, created);
  const drafts: EventDraft[] = earlier ? [] : [{ type: 'payment_intent.created', object: { ...intent } }];

  const charge = newCharge(intent, method, succeeded, created);
  intent.latest_charge = charge.id;
  session.payment_intent = intent.id;
  if (succeeded) {
    completed(session, intent, charge);
    await tx.remove(expiryEntry(session));
    drafts.push(
      { type: 'charge.succeeded', object: charge },
      { type: 'payment_intent.succeeded', object: intent },
      { type: 'checkout.session.completed', object: session },
    );
  } else {
    declined(intent, charge);
    drafts.push({ type: 'charge.failed', object: charge }, { type: 'payment_intent.payment_failed', object: intent });
  }

  const { delaySeconds, duplicate, outOfOrder, refundsFail } = choice;
  const delivery = { delaySeconds, duplicate, outOfOrder };
  await tx.insert('charge', charge.id, { object: charge, delivery, refundsFail } satisfies ChargeRow);
  if (earlier) await tx.save(intent.id, { object: intent });
  else await tx.insert('payment_intent', intent.id, { object: intent });
  await tx.save(session.id, row);
  return recordEvents(sandbox, tx, drafts, delivery);
}

async function lockedIntent(tx: SandboxTransaction, session: Stripe.Checkout.Session) {
  if (typeof session.payment_intent !== 'string') return undefined;
  return (await tx.lock<PaymentIntentRow>(session.payment_intent))?.object;
}

function completed(session: Stripe.Checkout.Session, intent: Stripe.PaymentIntent, charge: Stripe.Charge): void {
  intent.status = 'succeeded';
  intent.amount_received = intent.amount;
  intent.payment_method = charge.payment_method;
  intent.last_payment_error = null;
  session.status = 'complete';
  session.payment_status = 'paid';
  session.url = null;
  session.customer_details = {
    address: null,
    business_name: null,
    email: session.customer_email,
    individual_name: null,
    name: null,
    phone: null,
    tax_exempt: 'none',
    tax_ids: [],
  };
}

function declined(intent: Stripe.PaymentIntent, charge: Stripe.Charge): void {
  intent.status = 'requires_payment_method';
  intent.last_payment_error = {
    charge: charge.id,
    code: 'card_declined',
    decline_code: 'generic_decline',
    doc_url: 'https://docs.stripe.com/error-codes#card-declined',
    message: 'Your card was declined.',
    type: 'card_error',
  };
}
