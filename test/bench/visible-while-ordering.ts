import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import type { Wish } from '../../server/cart/quote.ts';
import { noteChangedProducts } from '../../server/catalog/product-changed.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { FEWEST_MEMBERS, seedMarket } from '../../server/cli/seed/seed-market.ts';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { runOutbox } from '../../server/jobs/outbox.ts';
import type { SearchEngine } from '../../server/search/engine.ts';
import { followSearch, searchHandlers } from '../../server/search/search-changes.ts';
import { followSharedIndex } from '../../server/search/shared-index.ts';
import { dayOf } from '../../server/shared/days.ts';
import { RuleRefusal } from '../../server/shared/errors.ts';
import { benchDatabase, percentiles } from './harness.ts';
import { PLAIN_ORDER } from './plain-order.ts';

const PRODUCTS = 10_000;
const ORDERS_A_SECOND = 50;
const LINES = 3;
const CHANGES = 20;
const MOST_MS = 20_000;
const log = pino({ level: 'fatal' });

/** How long after its commit a renamed product is found under its new name, of 10,000, while orders change the stock of others. */
export async function visibleWhileOrdering(search: SearchEngine): Promise<Record<string, string | number>> {
  const { url, close } = await benchDatabase();
  await seedMarket(url, { members: FEWEST_MEMBERS, products: PRODUCTS }, new Date(), () => {});
  const db = connect(url, { pool: 16 });
  const follow = search.name === 'embedded' ? followSearch : followSharedIndex;
  const stopping = new AbortController();
  const working = [
    runOutbox(db, searchHandlers({ db }), log, stopping.signal),
    follow({ db, search, clock: () => new Date(), log }, stopping.signal, true),
  ];
  while (!search.ready()) await sleep(100);
  const { actor, wishes } = await goods(db, search);
  const orders = { placed: 0, refused: 0 };
  const ordering = orderSteadily(db, actor, wishes, stopping.signal, orders);
  const started = performance.now();
  const took: number[] = [];
  for (let turn = 0; turn < CHANGES; turn += 1) {
    took.push(await timeToFind(db, search, wishes[turn * 3]?.productId ?? 0, turn));
    await sleep(300);
  }
  const seconds = (performance.now() - started) / 1000;
  stopping.abort();
  await Promise.all([ordering, ...working]);
  await db.$disconnect();
  await close();
  const { p50, p99 } = percentiles(took);
  const perSecond = Math.round(orders.placed / seconds);
  return { p50Ms: p50, p99Ms: p99, 'orders/s': perSecond, refused: orders.refused, products: PRODUCTS };
}

async function timeToFind(db: PrismaClient, search: SearchEngine, productId: number, turn: number): Promise<number> {
  const name = `新名${String.fromCodePoint(0x5000 + turn * 7)}${String.fromCodePoint(0x6000 + turn * 11)}`;
  await db.$transaction(async (tx) => {
    const { familyId } = await tx.product.findUniqueOrThrow({ where: { id: productId }, select: { familyId: true } });
    await tx.productFamily.update({ where: { id: familyId }, data: { name } });
    await noteChangedProducts(tx, [productId]);
  });
  const committed = performance.now();
  while (!(await search.search({ q: name })).ids.includes(productId)) {
    if (performance.now() - committed > MOST_MS) throw new Error(`${name} was not found within ${MOST_MS} ms`);
    await sleep(10);
  }
  return performance.now() - committed;
}

async function orderSteadily(
  db: PrismaClient,
  actor: Actor,
  wishes: readonly Wish[],
  stopped: AbortSignal,
  orders: { placed: number; refused: number },
): Promise<void> {
  const all: Promise<void>[] = [];
  const started = performance.now();
  for (let turn = 0; !stopped.aborted; turn += 1) {
    const lines = Array.from({ length: LINES }, (_, line) => wishes[(turn * 13 + line * 977) % wishes.length] as Wish);
    all.push(
      submitOrder(db, actor, { ...PLAIN_ORDER, lines, checkoutKey: randomUUID() }, new Date()).then(
        () => {
          orders.placed += 1;
        },
        (error) => {
          if (!(error instanceof RuleRefusal)) throw error;
          orders.refused += 1;
        },
      ),
    );
    const next = started + ((turn + 1) * 1000) / ORDERS_A_SECOND;
    await sleep(Math.max(0, next - performance.now()), undefined, { signal: stopped }).catch(() => {});
  }
  await Promise.all(all);
}

/** What can be ordered, each by as much as its supplier's minimum asks for at any tier. */
async function goods(db: PrismaClient, search: SearchEngine): Promise<{ actor: Actor; wishes: Wish[] }> {
  const buyer = await db.user.findFirstOrThrow({ select: { id: true }, orderBy: { id: 'asc' } });
  const actor = await findActor(db, buyer.id, dayOf(new Date()));
  if (!actor) throw new Error('nobody buys');
  const pages = await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      search.search({ page: at + 1, perPage: 100, inStock: true, sort: '-newest' }),
    ),
  );
  const products = await db.product.findMany({
    where: { id: { in: pages.flatMap((page) => page.ids) } },
    select: {
      ...{ id: true, priceFen: true, minQuantity: true, orderMultiple: true },
      tiers: { select: { priceFen: true } },
      supplier: { select: { minOrderFen: true } },
    },
  });
  const wishes = products.map(({ id, priceFen, minQuantity, orderMultiple, tiers, supplier }) => {
    const cheapest = Math.min(priceFen, ...tiers.map((tier) => tier.priceFen));
    const least = Math.max(minQuantity, supplier.minOrderFen / cheapest);
    return { productId: id, quantity: Math.ceil(least / orderMultiple) * orderMultiple };
  });
  return { actor, wishes };
}
