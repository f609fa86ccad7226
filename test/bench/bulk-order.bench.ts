import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { createPool, type Pool, type ResultSetHeader } from 'mysql2/promise';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { dayOf } from '../../server/shared/days.ts';
import { RuleRefusal } from '../../server/shared/errors.ts';
import { aProduct } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';
import { atOnce, benchDatabase, inTurn, percentiles } from './harness.ts';
import { PLAIN_ORDER } from './plain-order.ts';
import { far, recordOrder, replayOrder } from './replay-order.ts';

const WIDTH = 16;
const LINES = 200;
const FEW_LINES = 20;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const ROUNDS = 3;
const PAIRS = 30;
const BUYERS = 1_000;
const SCARCE = 50;

/**
 * A canteen's order of 200 lines against one of 20; 16 of 200 at once beside the same statements on mysql2; and one scarce batch that
 * 1,000 buyers want at once, beside bare conditional updates of a single row by as many.
 */
export async function bench() {
  const { url, close } = await benchDatabase();
  const db = connect(url, { pool: WIDTH });
  const pool = createPool({ uri: url, connectionLimit: WIDTH, timezone: 'Z' });
  try {
    const { actor, world, productIds } = await goods(db);
    const unitOrder = (lines: number) => () => order(db, actor, world.units.bank.id, productIds.slice(0, lines));
    await far(pool);
    const recorded = await recordOrder(db, (key) => order(db, actor, world.units.bank.id, productIds, key));
    const bare = () => replayOrder(pool, recorded);
    for (const warm of [unitOrder(FEW_LINES), unitOrder(LINES), bare]) await atOnce(WIDTH, 1, warm);
    const { few, many } = await alternating(unitOrder(FEW_LINES), unitOrder(LINES));
    const rates = await inTurn(ROUNDS, {
      market: () => atOnce(WIDTH, SECONDS, unitOrder(LINES)),
      mysql2: () => atOnce(WIDTH, SECONDS, bare),
    });
    return {
      [`unit order, ${FEW_LINES} lines`]: few,
      [`unit order, ${LINES} lines`]: { ...many, share: `${(many.p50Ms / few.p50Ms).toFixed(2)} times` },
      [`${LINES} lines, ${WIDTH} at once`]: {
        ...rates.market,
        share: share(rates.market.perSecond, rates.mysql2.perSecond),
      },
      'same statements on mysql2': { ...rates.mysql2 },
      ...(await scarce(db, pool, world)),
    };
  } finally {
    await pool.end();
    await db.$disconnect();
    await close();
  }
}

function order(
  db: PrismaClient,
  actor: Actor,
  unitId: number,
  productIds: readonly number[],
  checkoutKey: string = randomUUID(),
): Promise<number> {
  const request = { ...PLAIN_ORDER, unitId, fundingSource: 'canteen_budget', paymentWay: 'on_account' } as const;
  const lines = productIds.map((productId) => ({ productId, quantity: 1 }));
  return submitOrder(db, actor, { ...request, lines, checkoutKey }, new Date());
}

/** One after the other in turn, so that a machine that slows down slows both. */
async function alternating(first: () => Promise<unknown>, second: () => Promise<unknown>) {
  const took: [number[], number[]] = [[], []];
  for (let pair = 0; pair < PAIRS; pair += 1)
    for (const [at, work] of [first, second].entries()) {
      const started = performance.now();
      await work();
      took[at]?.push(performance.now() - started);
    }
  const [few, many] = took.map((of) => ({ p50Ms: percentiles(of).p50, p99Ms: percentiles(of).p99, done: of.length }));
  if (!few || !many) throw new Error('nothing was measured');
  return { few, many };
}

/** Buyers who all want the last of one batch: how many of them are served or refused a second, and that exactly its stock is sold. */
async function scarce(db: PrismaClient, pool: Pool, world: World) {
  const buyer = await findActor(db, world.users.employee.id, dayOf(new Date()));
  if (!buyer) throw new Error('no employee');
  const rates: { market: number[]; bare: number[] } = { market: [], bare: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const { id: productId } = await aProduct(db, {
      supplier: world.suppliers.lianghe,
      category: world.categories.tea,
      stock: SCARCE,
    });
    const batch = await db.batch.findFirstOrThrow({ where: { productId }, select: { id: true } });
    const wish = async () => {
      try {
        const lines = [{ productId, quantity: 1 }];
        await submitOrder(db, buyer, { ...PLAIN_ORDER, lines, checkoutKey: randomUUID() }, new Date());
        return 1;
      } catch (error) {
        if (error instanceof RuleRefusal) return 0;
        throw error;
      }
    };
    const update = async () => {
      const sql = 'UPDATE batch SET available = available - 1 WHERE id = ? AND available >= 1';
      return (await pool.query<ResultSetHeader>(sql, [batch.id]))[0].affectedRows;
    };
    rates.market.push(await rush(wish));
    await db.batch.update({ where: { id: batch.id }, data: { available: SCARCE } });
    rates.bare.push(await rush(update));
  }
  const middle = (of: number[]) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0;
  const [market, bare] = [middle(rates.market), middle(rates.bare)];
  return {
    [`${BUYERS} buyers for ${SCARCE}`]: { perSecond: market, done: BUYERS, share: share(market, bare) },
    'bare conditional updates': { perSecond: bare, done: BUYERS },
  };
}

/** All of them at once; throws unless exactly the stock was sold. Buyers answered a second. */
async function rush(want: () => Promise<number>): Promise<number> {
  const started = performance.now();
  const sold = (await Promise.all(Array.from({ length: BUYERS }, want))).reduce((sum, one) => sum + one, 0);
  if (sold !== SCARCE) throw new Error(`${sold} of ${SCARCE} were sold`);
  return Math.round(BUYERS / ((performance.now() - started) / 1000));
}

const share = (one: number, other: number) => `${Math.round((one / other) * 100)}%`;

async function goods(db: PrismaClient): Promise<{ actor: Actor; world: World; productIds: number[] }> {
  const now = new Date();
  const world = await makeWorld(db, { now });
  const suppliers = Object.values(world.suppliers);
  const productIds: number[] = [];
  for (let index = 0; index < LINES; index += 1) {
    const supplier = suppliers[index % suppliers.length];
    const { id } = await aProduct(db, { supplier, category: world.categories.tea, stock: 1_000_000 });
    productIds.push(id);
  }
  await db.unitPayer.updateMany({ data: { creditLimitFen: 10n ** 12n, approvalThresholdFen: 2_000_000_000 } });
  const actor = await findActor(db, world.users.buyer.id, dayOf(now));
  if (!actor) throw new Error('no buyer');
  return { actor, world, productIds };
}
