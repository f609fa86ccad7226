import { STRIPE_API_VERSION, type Stripe } from '../stripe.ts';
import type { Delivery, OutgoingEvent, Sandbox } from './context.ts';
import { seconds } from './context.ts';
import { newId } from './ids.ts';
import { type NewRow, queueId, type SandboxTransaction } from './store.ts';

/** How long one process owns an entry while it posts it; longer than a post may take. */
export const SEND_LEASE_MS = 15_000;

export interface EventDraft {
  type: Stripe.Event.Type;
  object: object;
}

/**
 * Writes the events, in the order in which they happened, and a queue entry for each copy to post, in the transaction that caused them.
 * Without a delay the entries belong to this process first: hand the result to `sandbox.deliver` after the commit; should the process
 * die before that, any other picks them up when the lease ends.
 */
export async function recordEvents(
  sandbox: Sandbox,
  tx: SandboxTransaction,
  drafts: EventDraft[],
  delivery: Delivery,
  request: { id: string; idempotencyKey: string | null } | null = null,
): Promise<OutgoingEvent[]> {
  const copies = delivery.duplicate ? 2 : 1;
  const events = drafts.map((draft) => eventOf(draft, sandbox.now(), copies, request));
  const posted = events.filter((event) => sandbox.enabledEvents === 'all' || sandbox.enabledEvents.has(event.type));
  if (delivery.outOfOrder) posted.reverse();
  const dueMs = Date.now() + (delivery.delaySeconds > 0 ? delivery.delaySeconds * 1000 : SEND_LEASE_MS);

  const rows: NewRow[] = events.map((event) => ({ type: 'event', id: event.id, data: { object: event } }));
  const outgoing = posted.map((event, position) => {
    const sendIds = Array.from({ length: copies }, (_, copy) =>
      queueId('send', dueMs + position, `${event.id}_${copy}`),
    );
    rows.push(...sendIds.map((id) => ({ type: 'queue', id, data: { eventId: event.id, attempts: 0 } })));
    return { event, sendIds };
  });
  await tx.insertAll(rows);
  return delivery.delaySeconds > 0 ? outgoing.map(({ event }) => ({ event, sendIds: [] })) : outgoing;
}

function eventOf(
  { type, object }: EventDraft,
  now: Date,
  copies: number,
  request: { id: string; idempotencyKey: string | null } | null,
): Stripe.Event {
  return {
    id: newId('evt'),
    object: 'event',
    api_version: STRIPE_API_VERSION,
    created: seconds(now),
    data: { object: structuredClone(object) },
    livemode: false,
    pending_webhooks: copies,
    request: { id: request?.id ?? null, idempotency_key: request?.idempotencyKey ?? null },
    type,
  } as Stripe.Event;
}
