import { randomUUID } from 'node:crypto';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { inTransaction } from '../../server/db/in-transaction.ts';
import { lockOrder } from '../../server/orders/lock-order.ts';
import { placeOrder } from '../../server/orders/place-order.ts';
import { foldTally } from '../../server/quotas/tally/fold-tally.ts';
import { dayOf } from '../../server/shared/days.ts';
import { aProduct } from '../world/products.ts';
import { aProgramme } from '../world/programmes.ts';
import { aUnit } from '../world/units.ts';
import { aUser } from '../world/users.ts';
import { makeWorld } from '../world/world.ts';
import { atOnce, benchDatabase, inTurn } from './harness.ts';

const EMPLOYEES = 64;
const PRODUCTS = 256;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const ROUNDS = 3;
const RUSH = 4;

/**
 * 64 employees of one unit who buy and pay at once, in turn with 64 of as many units: every purchase writes its entries in its own
 * transaction and no shared row. Then how fast folding is beside buyers at work, against four times the entries that they write.
 * BENCH_SECONDS: of each lane (5).
 */
export async function bench() {
  const { url, close } = await benchDatabase();
  const db = connect(url, { pool: EMPLOYEES });
  try {
    const { ofOne, ofMany, productIds } = await people(db);
    const buyAs = (buyers: readonly Buyer[]) => (turn: number) =>
      purchase(db, buyers[turn % buyers.length] as Buyer, productIds[(turn * 7) % productIds.length] as number);
    await atOnce(EMPLOYEES, 1, buyAs(ofOne));
    await atOnce(EMPLOYEES, 1, buyAs(ofMany));
    const rates = await inTurn(ROUNDS, {
      one: () => atOnce(EMPLOYEES, SECONDS, buyAs(ofOne)),
      many: () => atOnce(EMPLOYEES, SECONDS, buyAs(ofMany)),
    });
    const each = await entriesOfAPurchase(db);
    await repeatEntries(db);
    const beside = await besideBuyers(db, buyAs(ofOne));
    const needed = RUSH * rates.one.perSecond * each;
    return {
      '64 employees of one unit': { ...rates.one, share: percent(rates.one.perSecond, rates.many.perSecond) },
      '64 employees of 64 units': { ...rates.many },
      'folding beside buyers': {
        perSecond: beside.perSecond,
        done: beside.folded,
        share: `${percent(beside.perSecond, needed)} of ${Math.round(needed)} entries a second, four times what they write`,
      },
      'buyers beside folding': { ...beside.rate, share: percent(beside.rate.perSecond, rates.one.perSecond) },
    };
  } finally {
    await db.$disconnect();
    await close();
  }
}

interface Buyer {
  actor: Actor;
  unitId: number;
}

async function people(db: PrismaClient) {
  const now = new Date();
  const world = await makeWorld(db, { now });
  const { commerce, wulong } = world.groups;
  await aProgramme(db, { participants: [commerce, wulong], origins: [world.places.xiushan], year: now.getFullYear() });
  const buyer = async (unitId: number): Promise<Buyer> => {
    const user = await aUser(db, { grants: [{ role: 'employee', unit: { id: unitId } }] });
    return { actor: (await findActor(db, user.id, dayOf(now))) as Actor, unitId };
  };
  const ofOne: Buyer[] = [];
  const ofMany: Buyer[] = [];
  for (let at = 0; at < EMPLOYEES; at += 1) {
    ofOne.push(await buyer(world.units.bank.id));
    ofMany.push(await buyer((await aUnit(db, { groups: [commerce] })).id));
  }
  const productIds: number[] = [];
  for (let at = 0; at < PRODUCTS; at += 1) {
    const supplier = at % 2 ? world.suppliers.lianghe : world.suppliers.chuanhe;
    const category = at % 3 ? world.categories.tea : world.categories.rice;
    const stock = [{ quantity: 10_000_000, expiresOn: null }];
    productIds.push((await aProduct(db, { supplier, category, stock })).id);
  }
  return { ofOne, ofMany, productIds };
}

/** One good, bought and paid: what webhook and page do, without their HTTP. */
async function purchase(db: PrismaClient, { actor, unitId }: Buyer, productId: number): Promise<void> {
  const now = new Date();
  const id = await submitOrder(
    db,
    actor,
    {
      ...{ lines: [{ productId, quantity: 1 }], unitId, fundingSource: 'individual', paymentWay: 'stripe' },
      ...{ channel: 'market', zoneId: null, note: null, checkoutKey: randomUUID(), expectedTotalFen: null },
      ...{ recipient: '收货人', phone: '13800000000', region: '重庆市', address: '测试路 1 号' },
    },
    now,
  );
  await inTransaction(db, async (tx) => placeOrder(tx, await lockOrder(tx, id), 'pay', now));
}

async function entriesOfAPurchase(db: PrismaClient): Promise<number> {
  const [entries, orders] = [await db.tallyEntry.count(), await db.order.count({ where: { state: 'placed' } })];
  return entries / orders;
}

/** The entries so far several times over, as if a rush had left them, so that folding has enough to do. */
async function repeatEntries(db: PrismaClient): Promise<void> {
  for (let leg = 100; leg < 104; leg += 1)
    await db.$executeRaw`
      INSERT INTO tally_entry (programmeId, event, source, sourceId, lineId, leg, orderId, at, onDay, placedOn, lineageId, unitId,
        fundingSource, categoryId, originPlaceId, supplierId, channel, fen, grams)
      SELECT programmeId, event, source, sourceId, lineId, ${leg}, orderId, at, onDay, placedOn, lineageId, unitId,
        fundingSource, categoryId, originPlaceId, supplierId, channel, fen, grams FROM tally_entry WHERE leg < 2`;
}

/** Folds what waits for as long as 64 employees go on buying, or until nothing waits any more. */
async function besideBuyers(db: PrismaClient, buy: (turn: number) => Promise<unknown>) {
  const started = performance.now();
  let isOver = false;
  let folded = 0;
  let took = 0;
  const fold = async () => {
    for (let many = 1; many > 0 && !isOver; ) {
      many = await foldTally(db);
      folded += many;
      took = (performance.now() - started) / 1000;
    }
  };
  const folding = fold();
  const rate = await atOnce(EMPLOYEES, SECONDS, buy);
  isOver = true;
  await folding;
  return { rate, folded, perSecond: Math.round(folded / took) };
}

function percent(part: number, whole: number): string {
  return `${Math.round((part / whole) * 100)}%`;
}
