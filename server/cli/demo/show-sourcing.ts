import { type Actor, findActor, suppliersActedFor, unitsBoughtFor } from '../../accounts/actor.ts';
import { type BuyableProduct, findBuyableProducts } from '../../catalog/shelf-products.ts';
import { fast, type PrismaClient } from '../../db/client.ts';
import { addDays, type Day, dayOf } from '../../shared/days.ts';
import { Refusal } from '../../shared/errors.ts';
import { announceHarvest } from '../../sourcing/harvests/announce-harvest.ts';
import { preOrder } from '../../sourcing/harvests/pre-order.ts';
import { joinPool } from '../../sourcing/pools/join-pool.ts';
import { caseOf, openPool } from '../../sourcing/pools/open-pool.ts';
import { askForQuotes } from '../../sourcing/quotes/ask-for-quotes.ts';
import { makeOffer } from '../../sourcing/quotes/make-offer.ts';
import { suppliersOfTheLike } from '../../sourcing/quotes/quote-suppliers.ts';

interface Stage {
  db: PrismaClient;
  now: Date;
  today: Day;
  buyer: Actor;
  unitId: number;
  employee: Actor;
  supplier: Actor;
  goods: BuyableProduct[];
}

const MOST_GOODS = 200;
const PICK_UP = { contact: '食堂管理员（演示）', phone: '023-60000000', region: '重庆市 渝中区' };

/** A request with an offer, a coming batch with a pre-order, and a case that is being filled, by the market's own use cases. */
export async function showSourcing(db: PrismaClient, now: Date): Promise<void> {
  const today = dayOf(now);
  const [buyer, employee, supplier] = await Promise.all(
    ['buyer', 'employee', 'supplier'].map(async (login) => {
      const user = await db.user.findUnique({ where: { login }, select: { id: true } });
      return user && findActor(db, user.id, today);
    }),
  );
  const unitId = buyer ? unitsBoughtFor(buyer)[0] : undefined;
  if (!buyer || !employee || !supplier || unitId === undefined) return;
  const rows = await db.product.findMany({
    where: { state: 'on_sale', caps: { none: {} } },
    select: { id: true },
    orderBy: { id: 'asc' },
    take: MOST_GOODS,
  });
  const products = await findBuyableProducts(
    fast(db),
    rows.map(({ id }) => id),
    today,
  );
  const goods = [...products.values()].filter((product) => product.onShelf && product.saleMode === 'by_piece');
  const stage = { db, now, today, buyer, unitId, employee, supplier, goods };
  for (const show of [showQuotes, showHarvest, showPool]) await unlessRefused(show(stage));
}

/** On some days a rule refuses, as when the unit must prepay: the demonstration then does without. */
async function unlessRefused(showing: Promise<void>): Promise<void> {
  try {
    await showing;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

const ownGood = ({ goods, supplier }: Stage) =>
  goods.find((product) => suppliersActedFor(supplier).includes(product.supplierId) && product.available > 0);

async function showQuotes(stage: Stage): Promise<void> {
  const { db, now, today, buyer, unitId, supplier } = stage;
  const good = ownGood(stage);
  if (!good) return;
  const asked = await suppliersOfTheLike(db, [good.id]);
  const quantity = 200;
  const requestId = await askForQuotes(
    db,
    buyer,
    {
      ...{ unitId, supplierIds: asked.slice(0, 3).map(({ id }) => id) },
      lines: [{ productId: good.id, quantity, note: '分两次送货' }],
      ...{ neededOn: addDays(today, 20), answerOn: addDays(today, 5), note: '春节食堂备货，需随货附检测报告（演示）' },
    },
    now,
  );
  const [line] = await db.quoteRequestLine.findMany({ where: { requestId } });
  if (!line || !asked.slice(0, 3).some(({ id }) => id === good.supplierId)) return;
  await makeOffer(
    db,
    supplier,
    requestId,
    {
      supplierId: good.supplierId,
      lines: [
        { requestLineId: line.id, productId: good.id, quantity, priceFen: percentOf(good.priceFen, 88), per: 'unit' },
      ],
      ...{ freightFen: 0, deliverOn: addDays(today, 15), validOn: addDays(today, 10), wholeOnly: false },
      note: '两次送货，运费由我方承担（演示）',
    },
    now,
  );
}

async function showHarvest(stage: Stage): Promise<void> {
  const { db, now, today, buyer, unitId, supplier } = stage;
  const good = ownGood(stage);
  if (!good) return;
  const id = await announceHarvest(
    db,
    supplier,
    {
      ...{ productId: good.id, expectedQuantity: 600, priceFen: percentOf(good.priceFen, 90), minimumQuantity: 60 },
      ...{ expectedOn: addDays(today, 60), closesOn: addDays(today, 30), note: '下一季新货，先订先保（演示）' },
    },
    now,
  );
  // So much that the unit's approver has to decide.
  await preOrder(db, buyer, id, { ...(await unitTerms(stage, 'demo-pre-order')), unitId, quantity: 200 }, now);
}

async function showPool(stage: Stage): Promise<void> {
  const { db, now, today, buyer, unitId, employee, goods } = stage;
  const cases = await db.product.findMany({
    where: { id: { in: goods.map(({ id }) => id) } },
    select: { id: true, caseQuantity: true },
  });
  const sizeOf = (product: BuyableProduct) =>
    caseOf(product, cases.find(({ id }) => id === product.id)?.caseQuantity ?? 1);
  const good = goods.find((product) => sizeOf(product) >= 6 && product.available >= 2 * sizeOf(product));
  if (!good) return;
  const place = { ...PICK_UP, address: '单位食堂门口', note: '周五下午取货（演示）' };
  const code = await openPool(db, employee, { ...place, productId: good.id, closesOn: addDays(today, 7) }, now);
  const { recipient, phone, region, address, channel, zoneId, ...terms } = await unitTerms(stage, 'demo-pool');
  await joinPool(db, buyer, code, { ...terms, unitId, quantity: Math.floor(sizeOf(good) / 2) }, now);
}

async function unitTerms({ db, unitId }: Stage, checkoutKey: string) {
  const kept = await db.address.findFirst({ where: { unitId, deletedAt: null }, orderBy: { id: 'asc' } });
  return {
    ...{
      recipient: kept?.recipient ?? '食堂',
      phone: kept?.phone ?? PICK_UP.phone,
      region: kept?.region ?? PICK_UP.region,
    },
    ...({ address: kept?.detail ?? '食堂', channel: 'market', zoneId: null, note: null, checkoutKey } as const),
    ...({ fundingSource: 'canteen_budget', paymentWay: 'on_account', expectedTotalFen: null } as const),
  };
}

function percentOf(fen: number, percent: number): number {
  return Math.floor((fen * percent) / 100);
}
