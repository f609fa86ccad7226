import { randomUUID } from 'node:crypto';
import type { i18n } from 'i18next';
import type { Stripe } from '../clients/stripe.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { type LockedOrder, lockOrder } from '../orders/lock-order.ts';
import { StateConflict } from '../shared/errors.ts';
import { type Translate, translator } from '../web/i18n.ts';

export interface PaymentDeps {
  db: PrismaClient;
  stripe: Stripe;
  baseUrl: string;
  messages: i18n;
}

/** Stripe keeps a session open for at least 30 minutes; an order's hold outlives it by some. */
const SESSION_OPEN_MS = 30 * 60_000 + 30_000;
const MOST_ITEMS = 90;

/**
 * The address at which an order is paid: that of its open payment, or of a new one. The payment and its idempotency key are stored
 * before Stripe is called, so a call repeated after a crash makes no second session. Refuses 409 when the order does not wait for payment.
 */
export async function startPayment(
  { db, stripe, baseUrl, messages }: PaymentDeps,
  orderId: number,
  now: Date,
): Promise<string> {
  // Always in Chinese: a repeated call must send Stripe the very same words.
  const t = translator(messages, 'zh');
  const payment = await inTransaction(db, (tx) => openPayment(tx, orderId, t, now));
  if (payment.url) return payment.url;
  const session = await stripe.checkout.sessions.create(
    {
      mode: 'payment',
      allowed_payment_method_types: ['card', 'alipay', 'wechat_pay'],
      payment_method_options: { wechat_pay: { client: 'web' } },
      client_reference_id: String(orderId),
      metadata: { orderId: String(orderId), paymentId: String(payment.id) },
      line_items: payment.items.map((item) => ({
        quantity: 1,
        price_data: { currency: 'cny', unit_amount: item.fen, product_data: { name: item.name } },
      })),
      expires_at: Math.floor(payment.expiresAt.getTime() / 1000),
      success_url: `${baseUrl}/orders/${orderId}/payment/return`,
      cancel_url: `${baseUrl}/orders/${orderId}`,
    },
    { idempotencyKey: payment.idempotencyKey },
  );
  if (!session.url) throw new Error(`Stripe gave session ${session.id} no url`);
  await db.payment.update({
    where: { id: payment.id },
    data: { sessionId: session.id, url: session.url, state: 'open' },
    select: { id: true },
  });
  return session.url;
}

async function openPayment(tx: Tx, orderId: number, t: Translate, now: Date) {
  const order = await lockOrder(tx, orderId);
  if (order.state !== 'awaiting_payment') throw new StateConflict('wrongOrderState', { state: order.state });
  const open = await tx.payment.findFirst({
    where: { orderId, state: { in: ['created', 'open'] }, expiresAt: { gt: now } },
    orderBy: { id: 'desc' },
  });
  const payment =
    open ??
    (await tx.payment.create({
      data: {
        orderId,
        amountFen: order.totalFen,
        idempotencyKey: randomUUID(),
        expiresAt: new Date(now.getTime() + SESSION_OPEN_MS),
      },
    }));
  return { ...payment, items: itemsOf(order, t) };
}

/** Stripe takes at most 100 items; a longer order is paid as one. */
function itemsOf({ id, lines, freightFen, totalFen }: LockedOrder, t: Translate): { name: string; fen: number }[] {
  if (lines.length > MOST_ITEMS) return [{ name: t('orders:payment.order', { id }), fen: totalFen }];
  const goods = lines.map((line) => ({ name: `${line.name} ${line.spec} × ${line.quantity}`, fen: line.payableFen }));
  return freightFen > 0 ? [...goods, { name: t('orders:payment.freight'), fen: freightFen }] : goods;
}
