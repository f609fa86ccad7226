import express, { type Router } from 'express';
import type { Logger } from 'pino';
import type { Stripe } from '../clients/stripe.ts';
import type { PrismaClient } from '../db/client.ts';
import { isDuplicate } from '../db/faults.ts';
import type { Clock } from '../shared/clock.ts';
import { convergePayment } from './converge-payment.ts';
import { convergeRefund } from './converge-refund.ts';

interface WebhookDeps {
  db: PrismaClient;
  stripe: Stripe;
  stripeWebhookSecret: string;
  clock: Clock;
  log: Logger;
}

/**
 * Stripe's events. The raw bytes are verified, the event's id is recorded once, the object is fetched afresh; 2xx only then. An
 * event that was recorded but not carried out (a killed process) is carried out when Stripe sends it again.
 */
export function webhookRoutes({ db, stripe, stripeWebhookSecret, clock, log }: WebhookDeps): Router {
  const router = express.Router();
  router.post('/', express.raw({ type: () => true, limit: '1mb' }), async (req, res) => {
    const event = verified(stripe, req.body, req.get('stripe-signature') ?? '', stripeWebhookSecret);
    if (!event) return void res.status(400).json({ error: 'signature' });
    const object = event.data.object as { id?: string };
    const known = await record(db, event, object.id ?? '');
    if (!known) {
      if (event.type.startsWith('checkout.session.') && object.id)
        await convergePayment(db, stripe, object.id, clock());
      if ((event.type.startsWith('refund.') || event.type === 'charge.refund.updated') && object.id)
        await convergeRefund({ db, stripe, log }, object.id, clock());
      await db.webhookEvent.updateMany({
        where: { provider: 'stripe', eventId: event.id },
        data: { processedAt: clock() },
      });
      log.debug({ event: event.id, type: event.type }, 'webhook processed');
    }
    res.json({ received: true });
  });
  return router;
}

function verified(stripe: Stripe, body: unknown, signature: string, secret: string): Stripe.Event | null {
  if (!Buffer.isBuffer(body)) return null;
  try {
    return stripe.webhooks.constructEvent(body, signature, secret);
  } catch {
    return null;
  }
}

/** True when this event was carried out before. */
async function record(db: PrismaClient, event: Stripe.Event, objectId: string): Promise<boolean> {
  try {
    await db.webhookEvent.create({
      data: { provider: 'stripe', eventId: event.id, type: event.type, objectId },
      select: { id: true },
    });
    return false;
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const row = await db.webhookEvent.findUniqueOrThrow({
      where: { provider_eventId: { provider: 'stripe', eventId: event.id } },
    });
    return row.processedAt !== null;
  }
}
