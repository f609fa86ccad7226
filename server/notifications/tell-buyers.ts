import type { PrismaClient } from '../db/client.ts';
import type { BuyerNews } from '../orders/buyer-news.ts';
import { pathTo } from '../paths.ts';
import { formatYuan } from '../shared/money.ts';
import { type Notice, notify } from './notify.ts';

type Told = Pick<Notice, 'userId' | 'data'> & { orderId: number };

/** Tells buyers what became of their orders: shipped, run out, paid too late, money sent back. Each fact once, however often called. */
export async function tellBuyers(db: PrismaClient, news: readonly BuyerNews[]): Promise<void> {
  for (const { fact, id } of news) {
    const told = await FINDERS[fact](db, id);
    if (!told) continue;
    const { orderId, ...notice } = told;
    await notify(db, [{ ...notice, kind: fact, link: pathTo('order', { id: orderId }), dedupeKey: `${fact} ${id}` }]);
  }
}

const FINDERS: Record<BuyerNews['fact'], (db: PrismaClient, id: number) => Promise<Told | null>> = {
  parcel_shipped: async (db, id) => {
    const shipment = await db.shipment.findUnique({
      where: { id },
      select: {
        carrier: true,
        trackingNumber: true,
        fulfilment: {
          select: {
            orderId: true,
            order: { select: { buyerId: true } },
            supplier: { select: { name: true, nameEn: true } },
          },
        },
      },
    });
    if (!shipment) return null;
    const { carrier, trackingNumber, fulfilment } = shipment;
    const { name: supplier, nameEn: supplierEn } = fulfilment.supplier;
    const data = { supplier, supplierEn, carrier, trackingNumber };
    return { userId: fulfilment.order.buyerId, orderId: fulfilment.orderId, data };
  },
  order_expired: async (db, orderId) => {
    const order = await db.order.findUnique({ where: { id: orderId }, select: { buyerId: true } });
    return order && { userId: order.buyerId, orderId, data: { orderId } };
  },
  paid_too_late: async (db, id) => {
    const payment = await db.payment.findUnique({
      where: { id },
      select: { orderId: true, amountFen: true, order: { select: { buyerId: true } } },
    });
    return payment && toldOfMoney(payment);
  },
  money_sent: toldOfRefund,
  money_came_back: toldOfRefund,
  money_paid_otherwise: toldOfRefund,
  order_approved: toldOfDecision,
  order_rejected: toldOfDecision,
  order_returned: toldOfDecision,
};

async function toldOfDecision(db: PrismaClient, id: number): Promise<Told | null> {
  const decision = await db.orderDecision.findUnique({
    where: { id },
    select: { orderId: true, reason: true, order: { select: { buyerId: true } } },
  });
  if (!decision) return null;
  const { orderId, reason, order } = decision;
  return { userId: order.buyerId, orderId, data: { orderId, reason: reason ?? '' } };
}

async function toldOfRefund(db: PrismaClient, id: number): Promise<Told | null> {
  const refund = await db.paymentRefund.findUnique({
    where: { id },
    select: {
      amountFen: true,
      payment: { select: { orderId: true, order: { select: { buyerId: true } } } },
      payouts: { where: { state: 'paid' }, select: { bankReference: true } },
    },
  });
  if (!refund) return null;
  const { data, ...told } = toldOfMoney({ ...refund.payment, amountFen: refund.amountFen });
  const [payout] = refund.payouts;
  return { ...told, data: { ...data, ...(payout && { bankReference: payout.bankReference }) } };
}

function toldOfMoney({
  orderId,
  amountFen,
  order,
}: {
  orderId: number;
  amountFen: number;
  order: { buyerId: number };
}): Told {
  return { userId: order.buyerId, orderId, data: { orderId, yuan: formatYuan(amountFen) } };
}
