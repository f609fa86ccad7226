import { type Actor, findActor, ownUnitId } from '../../accounts/actor.ts';
import { pricedWishes } from '../../cart/cart-page.ts';
import type { Quote, Wish } from '../../cart/quote.ts';
import { mostPointsFen, type Tenders } from '../../cart/tenders.ts';
import { type BuyableProduct, findBuyableProducts } from '../../catalog/shelf-products.ts';
import { type OrderRequest, submitOrder } from '../../checkout/submit-order.ts';
import type { Stripe } from '../../clients/stripe.ts';
import { fast, type PrismaClient } from '../../db/client.ts';
import { receiveFulfilment } from '../../orders/receive-fulfilment.ts';
import { shipFulfilment } from '../../orders/ship-fulfilment.ts';
import { usableTenders } from '../../orders/tenders/tender-queries.ts';
import { convergePayment } from '../../payments/converge-payment.ts';
import { readPointsRule } from '../../promotions/points-rule.ts';
import { type Day, dayOf } from '../../shared/days.ts';
import { Refusal } from '../../shared/errors.ts';
import { employeesOf } from '../../welfare/allowance-queries.ts';
import { setAllowances } from '../../welfare/set-allowances.ts';
import { hoursLater } from './world.ts';
import { sandboxPayment } from './write-money.ts';

const GRANTED_FEN = 60_000;
const COLLEAGUES = 5;
const MOST_GOODS = 200;

interface Stage {
  db: PrismaClient;
  now: Date;
  unitId: number;
  goods: BuyableProduct[];
}

/**
 * The union of the employee's unit has given everyone an allowance, and some have spent of it: colleagues wholly, the employee beside money,
 * then with the points that this earned. By the market's own use cases, on days of this year, so that it is dated like everything else.
 */
export async function showTenders(db: PrismaClient, now: Date): Promise<void> {
  const actorOf = (login: string) => actorBy(db, login, dayOf(now));
  const [employee, approver] = await Promise.all([actorOf('employee'), actorOf('approver')]);
  const unitId = employee && ownUnitId(employee);
  if (!employee || !approver || !unitId) return;
  const stage = { db, now, unitId, goods: await goodsOf(db, dayOf(now)) };
  const at = (daysAgo: number) => hoursLater(now, -24 * daysAgo);
  const isOfYear = dayOf(at(16)).slice(0, 4) === dayOf(now).slice(0, 4);
  const people = await employeesOf(db, unitId, dayOf(now));
  const amounts = new Map(people.map(({ id }) => [id, GRANTED_FEN]));
  await unlessRefused(() => setAllowances(db, approver, unitId, amounts, isOfYear ? at(16) : now));
  if (stage.goods.length < 2 || !isOfYear) return;
  const colleagues = people.filter(({ login }) => login.startsWith('demo-')).slice(0, COLLEAGUES);
  for (const [index, { login }] of colleagues.entries()) {
    const colleague = await actorOf(login);
    if (colleague) await unlessRefused(() => showColleague(stage, colleague, index, at(14 - 2 * index)));
  }
  await unlessRefused(() => showBesideMoney(stage, employee, at(13)));
  await unlessRefused(() => showWithPoints(stage, employee, at(2)));
}

async function actorBy(db: PrismaClient, login: string, day: Day): Promise<Actor | null> {
  const user = await db.user.findUnique({ where: { login }, select: { id: true } });
  return user && findActor(db, user.id, day);
}

/** On some days a rule refuses, as when goods are gone: the demonstration then does without. */
async function unlessRefused(show: () => Promise<unknown>): Promise<void> {
  try {
    await show();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

async function goodsOf(db: PrismaClient, today: Day): Promise<BuyableProduct[]> {
  const rows = await db.product.findMany({
    where: { state: 'on_sale', caps: { none: {} } },
    ...{ select: { id: true }, orderBy: { id: 'asc' }, take: MOST_GOODS },
  });
  const ids = rows.map(({ id }) => id);
  const products = [...(await findBuyableProducts(fast(db), ids, today)).values()];
  return products.filter(
    ({ onShelf, saleMode, coldChain, available, priceFen, minQuantity }) =>
      onShelf && saleMode === 'by_piece' && !coldChain && available > 20 && minQuantity === 1 && priceFen < 12_000,
  );
}

async function showColleague(stage: Stage, colleague: Actor, index: number, at: Date): Promise<void> {
  const good = stage.goods[index % stage.goods.length];
  if (!good) return;
  const orderId = await order(stage, colleague, [{ productId: good.id, quantity: 1 + (index % 2) }], at, (quoted) => ({
    ...{ pointsFen: 0, allowanceFen: quoted.totalFen },
  }));
  if (index % 2 === 0) await deliver(stage, colleague, orderId, at);
}

async function showBesideMoney(stage: Stage, employee: Actor, at: Date): Promise<void> {
  const wishes = stage.goods.slice(0, 2).map(({ id: productId }) => ({ productId, quantity: 1 }));
  const orderId = await order(stage, employee, wishes, at, (quoted) => ({
    ...{ pointsFen: 0, allowanceFen: Math.floor((quoted.goodsFen * 2) / 5) },
  }));
  await pay(stage.db, orderId, hoursLater(at, 0.05));
  await deliver(stage, employee, orderId, at);
}

async function showWithPoints(stage: Stage, employee: Actor, at: Date): Promise<void> {
  const good = stage.goods.at(-1);
  if (!good) return;
  const [{ points }, rule] = await Promise.all([usableTenders(stage.db, employee, at), readPointsRule(fast(stage.db))]);
  await order(stage, employee, [{ productId: good.id, quantity: 1 }], at, (quoted) => {
    const pointsFen = Math.min(Math.floor(points / 2), mostPointsFen(quoted, rule));
    return { pointsFen, allowanceFen: quoted.totalFen - pointsFen };
  });
}

async function order(
  { db, unitId }: Stage,
  buyer: Actor,
  lines: Wish[],
  at: Date,
  tendersOf: (quoted: Quote) => Tenders,
): Promise<number> {
  const { quoted } = await pricedWishes(db, lines, unitId, at);
  const kept = await db.address.findFirst({ where: { userId: buyer.id, deletedAt: null }, orderBy: { id: 'asc' } });
  const request: OrderRequest = {
    ...{
      lines,
      unitId,
      fundingSource: 'individual',
      paymentWay: 'stripe',
      channel: 'market',
      zoneId: null,
      note: null,
    },
    ...{ recipient: kept?.recipient ?? '职工（演示）', phone: kept?.phone ?? '023-60000000' },
    ...{ region: kept?.region ?? '重庆市 渝中区', address: kept?.detail ?? '单位收发室（演示）' },
    ...{ checkoutKey: `demo-tenders-${buyer.id}-${at.getTime()}`, expectedTotalFen: null, tenders: tendersOf(quoted) },
  };
  return submitOrder(db, buyer, request, at);
}

/** Paid through the sandbox, whose answer is known beforehand while nothing listens yet. */
async function pay(db: PrismaClient, orderId: number, at: Date): Promise<void> {
  const { totalFen, allowanceFen } = await db.order.findUniqueOrThrow({ where: { id: orderId } });
  const fen = totalFen - allowanceFen;
  const { id } = await db.payment.create({
    data: {
      ...{ orderId, amountFen: fen, state: 'open', idempotencyKey: `demo-tenders-${orderId}`, createdAt: at },
      ...{ expiresAt: hoursLater(at, 0.5), method: 'alipay' },
    },
  });
  await db.payment.update({ where: { id }, data: { sessionId: `cs_demo_${id}` } });
  await db.sandboxObject.createMany({ data: [...sandboxPayment(id, { fen, method: 'alipay', at })] });
  const session = {
    ...{ id: `cs_demo_${id}`, status: 'complete', payment_status: 'paid', amount_total: fen },
    ...{ payment_intent: `pi_demo_${id}`, metadata: { paymentId: String(id), orderId: String(orderId) } },
  };
  const sandbox = { checkout: { sessions: { retrieve: async () => session } } } as unknown as Stripe;
  await convergePayment(db, sandbox, session.id, at);
}

async function deliver({ db, now }: Stage, buyer: Actor, orderId: number, orderedAt: Date): Promise<void> {
  const [shipped, received] = [hoursLater(orderedAt, 26), hoursLater(orderedAt, 76)];
  const parcels = await db.fulfilment.findMany({ where: { orderId }, orderBy: { id: 'asc' } });
  for (const { id, supplierId } of parcels) {
    const grant = await db.roleGrant.findFirst({ where: { supplierId, role: 'supplier' }, select: { userId: true } });
    const supplier = grant && (await findActor(db, grant.userId, dayOf(shipped)));
    if (!supplier || shipped > now) continue;
    const sent = { carrier: '邮政快递包裹', trackingNumber: `DEMO${orderId}${id}`, temperatureDeci: null };
    await shipFulfilment(db, supplier, id, { lines: [], ...sent }, shipped);
    if (received <= now) await receiveFulfilment(db, buyer, id, [], received);
  }
}
