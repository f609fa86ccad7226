import { randomUUID } from 'node:crypto';
import type { i18n } from 'i18next';
import { isStripeRefusal, type Stripe } from '../clients/stripe.ts';
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
export async function startPayment(deps: PaymentDeps, orderId: number, now: Date): Promise<string> {
  // Always in Chinese: a repeated call must send Stripe the very same words.
  const t = translator(deps.messages, 'zh');
  const open = () => inTransaction(deps.db, (tx) => openPayment(tx, orderId, t, now));
  const payment = await open();
  if (payment.url) return payment.url;
  try {
    return await openSession(deps, payment);
  } catch (error) {
    // Left behind by a crash, it may be too old for Stripe to open; a new one is not.
    if (payment.isNew || !isStripeRefusal(error)) throw error;
    const another = await open();
    return another.url ?? openSession(deps, another);
  }
}

type OpenPayment = Awaited<ReturnType<typeof openPayment>>;

async function openSession({ db, stripe, baseUrl }: PaymentDeps, payment: OpenPayment): Promise<string> {
  const { orderId } = payment;
  const session = await stripe.checkout.sessions
    .create(
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
    )
    .catch(async (error: unknown) => {
      if (isStripeRefusal(error))
        await db.payment.updateMany({ where: { id: payment.id, state: 'created' }, data: { state: 'failed' } });
      throw error;
    });
  if (!session.url) throw new Error(`Stripe gave session ${session.id} no url`);
  // Only while it is being created: another call may have opened it, and the buyer have paid it, before this answer came.
  await db.payment.updateMany({
    where: { id: payment.id, state: 'created' },
    data: { sessionId: session.id, url: session.url, state: 'open' },
  });
  await closeIfEnded(db, stripe, orderId, session.id);
  return session.url;
}

/** Whoever cancelled the order meanwhile could not close a page that was still being opened. */
async function closeIfEnded(db: PrismaClient, stripe: Stripe, orderId: number, sessionId: string): Promise<void> {
  const { state } = await db.order.findUniqueOrThrow({ where: { id: orderId }, select: { state: true } });
  if (state !== 'cancelled' && state !== 'expired') return;
  // What is paid in this moment goes back as everything that is paid too late.
  await stripe.checkout.sessions.expire(sessionId).catch(() => {});
  throw new StateConflict('wrongOrderState', { state });
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
        amountFen: restToPay(order),
        idempotencyKey: randomUUID(),
        expiresAt: new Date(now.getTime() + SESSION_OPEN_MS),
      },
    }));
  return { ...payment, isNew: !open, items: itemsOf(order, t) };
}

/** What of an order is paid with money, fen. */
export function restToPay({ totalFen, allowanceFen }: Pick<LockedOrder, 'totalFen' | 'allowanceFen'>): number {
  return totalFen - allowanceFen;
}

/** Stripe takes at most 100 items; a longer order is paid as one, and so is the rest of one that an allowance pays in part. */
function itemsOf(order: LockedOrder, t: Translate): { name: string; fen: number }[] {
  const { id, lines, freightFen, allowanceFen } = order;
  if (lines.length > MOST_ITEMS || allowanceFen > 0)
    return [{ name: t('orders:payment.order', { id }), fen: restToPay(order) }];
  // What costs nothing, as a gift, is no item of a payment.
  const goods = lines
    .filter(({ payableFen }) => payableFen > 0)
    .map((line) => ({ name: `${line.name} ${line.spec} × ${line.quantity}`, fen: line.payableFen }));
  return freightFen > 0 ? [...goods, { name: t('orders:payment.freight'), fen: freightFen }] : goods;
}
