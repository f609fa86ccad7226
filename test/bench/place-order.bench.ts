import { randomUUID } from 'node:crypto';
import { createPool } from 'mysql2/promise';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { dayOf } from '../../server/shared/days.ts';
import { aProduct } from '../world/products.ts';
import { makeWorld } from '../world/world.ts';
import { atOnce, benchDatabase, inTurn } from './harness.ts';
import { orderOnMysql2 } from './order-on-mysql2.ts';
import { PLAIN_ORDER } from './plain-order.ts';

const WIDTH = 16;
const PRODUCTS = 240;
const LINES = 3;
const SECONDS = 4;
const ROUNDS = 3;

/** Orders of 3 lines, 16 at once: the market's use case beside the same statements straight on mysql2. */
export async function bench() {
  const { url, close } = await benchDatabase();
  const db = connect(url, { pool: WIDTH });
  const pool = createPool({ uri: url, connectionLimit: WIDTH, timezone: 'Z' });
  try {
    const { actor, productIds } = await goods(db);
    const pick = (turn: number) =>
      Array.from({ length: LINES }, (_, line) => productIds[(turn * 7 + line * 80) % productIds.length] as number);
    const onMarket = (turn: number) =>
      submitOrder(
        db,
        actor,
        {
          ...PLAIN_ORDER,
          lines: pick(turn).map((productId) => ({ productId, quantity: 1 })),
          checkoutKey: randomUUID(),
        },
        new Date(),
      );
    const onMysql2 = (turn: number) => orderOnMysql2(pool, actor.id, pick(turn), 1, randomUUID());
    await atOnce(WIDTH, 1, onMarket);
    await atOnce(WIDTH, 1, onMysql2);
    const rates = await inTurn(ROUNDS, {
      market: () => atOnce(WIDTH, SECONDS, onMarket),
      mysql2: () => atOnce(WIDTH, SECONDS, onMysql2),
    });
    return {
      'submitOrder, 3 lines': {
        ...rates.market,
        share: `${Math.round((rates.market.perSecond / rates.mysql2.perSecond) * 100)}%`,
      },
      'same statements on mysql2': { ...rates.mysql2 },
    };
  } finally {
    await pool.end();
    await db.$disconnect();
    await close();
  }
}

async function goods(db: PrismaClient): Promise<{ actor: Actor; productIds: number[] }> {
  const now = new Date();
  const world = await makeWorld(db, { now });
  const suppliers = Object.values(world.suppliers);
  const productIds: number[] = [];
  for (let index = 0; index < PRODUCTS; index += 1) {
    const supplier = suppliers[Math.floor(index / (PRODUCTS / LINES))];
    const { id } = await aProduct(db, { supplier, category: world.categories.tea, stock: 1_000_000 });
    productIds.push(id);
  }
  const actor = await findActor(db, world.users.employee.id, dayOf(now));
  if (!actor) throw new Error('no employee');
  return { actor, productIds };
}
