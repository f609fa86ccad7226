import { type Actor, findActor, suppliersActedFor, unitsApprovedFor, unitsBoughtFor } from '../../accounts/actor.ts';
import { findBuyableProducts } from '../../catalog/shelf-products.ts';
import { fast, type PrismaClient } from '../../db/client.ts';
import { addDays, dayOf } from '../../shared/days.ts';
import { Refusal } from '../../shared/errors.ts';
import { callOff } from '../../sourcing/matching/call-off.ts';
import { decideAgreement } from '../../sourcing/matching/decide-agreement.ts';
import { holdEvent } from '../../sourcing/matching/hold-event.ts';
import { proposeAgreement } from '../../sourcing/matching/propose-agreement.ts';
import { stateIntention } from '../../sourcing/matching/state-intention.ts';

/** A coming matching event at which one agreement was signed and called off once and another waits, by the market's own use cases. */
export async function showMatching(db: PrismaClient, now: Date): Promise<void> {
  const today = dayOf(now);
  const [operator, buyer, approver, supplier] = await Promise.all(
    ['operator', 'buyer', 'approver', 'supplier'].map(async (login) => {
      const user = await db.user.findUnique({ where: { login }, select: { id: true } });
      return user && findActor(db, user.id, today);
    }),
  );
  if (!operator || !buyer || !approver || !supplier) return;
  try {
    await show(db, { operator, buyer, approver, supplier }, now);
  } catch (error) {
    // On some days a rule refuses, as when the unit must prepay: the demonstration then does without.
    if (!(error instanceof Refusal)) throw error;
  }
}

type People = Record<'operator' | 'buyer' | 'approver' | 'supplier', Actor>;

async function show(db: PrismaClient, { operator, buyer, approver, supplier }: People, now: Date): Promise<void> {
  const today = dayOf(now);
  const unitId = unitsBoughtFor(buyer).find((id) => unitsApprovedFor(approver).includes(id));
  const [supplierId] = suppliersActedFor(supplier);
  if (unitId === undefined || supplierId === undefined) return;
  const { placeId } = await db.supplier.findUniqueOrThrow({ where: { id: supplierId }, select: { placeId: true } });
  const event = await holdEvent(
    db,
    operator,
    {
      ...{ name: '冬春食材产销对接会（演示）', venue: '乡便民服务中心（演示）', placeId, groupId: null },
      ...{ heldOn: addDays(today, 12), intentionsUntil: addDays(today, 26) },
      summary: '村集体和合作社带样品到场，食堂采购员选品、登记意向，会后由供应商提出框架协议。',
    },
    now,
  );
  const intend = (goods: string, amountFen: number) =>
    stateIntention(db, buyer, event, { unitId, supplierId, goods, amountFen }, now);
  const [first, second] = [
    await intend('食堂全年用货，按月送', 6_000_000),
    await intend('春节职工慰问礼盒', 2_400_000),
  ];
  const rows = await db.product.findMany({
    where: { supplierId, state: 'on_sale', saleMode: 'by_piece', caps: { none: {} } },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  const products = await findBuyableProducts(
    fast(db),
    rows.map(({ id }) => id),
    today,
  );
  const goods = [...products.values()].filter((one) => one.onShelf && one.available >= one.minQuantity).slice(0, 2);
  const prices = goods.map(({ id, priceFen }) => ({ productId: id, unitPriceFen: Math.floor((priceFen * 92) / 100) }));
  const term = { startsOn: today, endsOn: addDays(today, 365) };
  const signed = await proposeAgreement(
    db,
    supplier,
    first,
    { ...term, amountFen: 6_000_000, prices, terms: '按月下单，三日内送到，验收后 30 日内付款（演示）' },
    now,
  );
  await decideAgreement(db, approver, signed, null, now);
  await proposeAgreement(
    db,
    supplier,
    second,
    { ...term, amountFen: 2_400_000, prices, terms: '节前十日下单，礼盒装（演示）' },
    now,
  );
  const [good] = goods;
  const address = await db.address.findFirst({ where: { unitId, deletedAt: null }, orderBy: { id: 'asc' } });
  if (!good || !address) return;
  const { recipient, phone, region, detail } = address;
  await callOff(
    db,
    buyer,
    signed,
    [{ productId: good.id, quantity: Math.max(good.minQuantity, good.orderMultiple) }],
    {
      ...{ recipient, phone, region, address: detail, note: null, checkoutKey: 'demo-call-off' },
      ...({ channel: 'market', zoneId: null, expectedTotalFen: null } as const),
      ...({ fundingSource: 'canteen_budget', paymentWay: 'on_account' } as const),
    },
    now,
  );
}
