import { type Actor, findActor, unitsBoughtFor } from '../../accounts/actor.ts';
import { type BuyableProduct, findBuyableProducts, priceFor } from '../../catalog/shelf-products.ts';
import { amendOrder } from '../../checkout/amend-order.ts';
import { submitOrder } from '../../checkout/submit-order.ts';
import { fast, type PrismaClient } from '../../db/client.ts';
import { approveOrder } from '../../orders/approval/approve-order.ts';
import { returnOrder } from '../../orders/approval/reject-order.ts';
import { setApprovalRule } from '../../orders/approval/set-approval-rule.ts';
import { dayOf, dayToColumn } from '../../shared/days.ts';
import { Refusal } from '../../shared/errors.ts';
import type { Fen } from '../../shared/money.ts';
import { NO_PASSWORD } from './add-people.ts';
import { LONG_AGO } from './world.ts';

interface Stage {
  db: PrismaClient;
  now: Date;
  headOffice: number;
  branch: number;
  goods: BuyableProduct[];
}

const MOST_GOODS = 200;
/** Above this the head office approves what its sub-branches buy: 10,000 yuan. */
const DEMAND_FEN = 1_000_000;
const ADDRESS = {
  recipient: '演示支行食堂（演示）',
  phone: '023-00029001',
  region: '重庆市 渝中区',
  detail: '演示大道 200 号',
};

/**
 * A made-up sub-branch below the buyer's unit, whose large purchases the unit approves too: one waits for each of the two. And two
 * purchases of the unit itself that were returned, one of them amended and resubmitted. All by the market's own use cases.
 */
export async function showApprovals(db: PrismaClient, now: Date): Promise<void> {
  const today = dayOf(now);
  const [buyer, approver] = await Promise.all(['buyer', 'approver'].map((login) => actorOf(db, login, now)));
  const headOffice = buyer ? unitsBoughtFor(buyer)[0] : undefined;
  if (!buyer || !approver || headOffice === undefined) return;
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
  const stage = { db, now, headOffice, branch: await addBranch(db, headOffice, now), goods };
  await showLevels(stage, approver);
  await showReturned(stage, buyer, approver);
}

async function actorOf(db: PrismaClient, login: string, now: Date): Promise<Actor | null> {
  const user = await db.user.findUnique({ where: { login }, select: { id: true } });
  return user && findActor(db, user.id, dayOf(now));
}

async function addBranch(db: PrismaClient, parentId: number, now: Date): Promise<number> {
  const since = dayToColumn(LONG_AGO);
  const named = { code: 'demo-sub-branch', name: '农行演示支行', nameEn: 'Demonstration Sub-branch' };
  const { id } = await db.unit.create({
    data: {
      ...{ ...named, kind: 'bank', canteen: 'own', employees: 96, isMadeUp: true },
      positions: { create: { parentId, since } },
      addresses: { create: { ...ADDRESS, isDefault: true } },
      payers: {
        create: {
          ...{ fundingSource: 'canteen_budget', title: '农行演示支行食堂', taxNumber: '12MADEUP0000000001' },
          ...{ approvalThresholdFen: 300_000, creditLimitFen: 20_000_000n, termDays: 30 },
        },
      },
      budgets: {
        create: { fundingSource: 'canteen_budget', year: Number(dayOf(now).slice(0, 4)), amountFen: 36_000_000n },
      },
    },
    select: { id: true },
  });
  for (const [role, called] of [
    ['buyer', '采购员'],
    ['approver', '审批人'],
  ] as const)
    await db.user.create({
      data: {
        ...{
          login: `demo-sub-branch-${role}`,
          name: `农行演示支行${called}（演示）`,
          passwordHash: NO_PASSWORD,
          isDemo: true,
        },
        grants: { create: (['employee', role] as const).map((each) => ({ role: each, unitId: id, since })) },
      },
      select: { id: true },
    });
  return id;
}

/** One purchase of the sub-branch that its own approver has passed on, and one that has not come so far. */
async function showLevels({ db, now, headOffice, branch, goods }: Stage, approver: Actor): Promise<void> {
  const [buyer, ownApprover] = await Promise.all(
    ['buyer', 'approver'].map((role) => actorOf(db, `demo-sub-branch-${role}`, now)),
  );
  if (!buyer || !ownApprover) return;
  const rule = { unitId: headOffice, fundingSource: 'canteen_budget', reach: 'below', approverIds: [] } as const;
  const reason = '单笔 1 万元以上的食堂采购由市分行复核（演示）';
  await setApprovalRule(db, approver, { ...rule, thresholdFen: DEMAND_FEN, reason }, hoursBefore(now, 30));
  const [first, second] = largeLots(goods, DEMAND_FEN);
  if (!first || !second) return;
  await unlessRefused(async () => {
    const id = await submits(db, buyer, { unitId: branch, key: 'demo-level-2', lines: [first] }, hoursBefore(now, 6));
    await approveOrder(db, ownApprover, id, hoursBefore(now, 4));
  });
  await unlessRefused(() =>
    submits(db, buyer, { unitId: branch, key: 'demo-level-1', lines: [second] }, hoursBefore(now, 2)),
  );
}

async function showReturned({ db, now, headOffice, goods }: Stage, buyer: Actor, approver: Actor): Promise<void> {
  const [first, second] = largeLots(goods, 800_000).slice(2);
  if (!first || !second) return;
  const purchase = { unitId: headOffice, key: 'demo-returned', lines: [first, second] };
  await unlessRefused(async () => {
    const id = await submits(db, buyer, purchase, hoursBefore(now, 7));
    await returnOrder(db, approver, id, '第二项本周够用，请减半后再报（演示）', hoursBefore(now, 5));
    const { recipient, phone, region, address } = await db.order.findUniqueOrThrow({ where: { id } });
    const halved = Math.max(second.least, Math.floor(second.quantity / 2 / second.step) * second.step);
    const lines = [first, { ...second, quantity: halved }];
    const amendment = { recipient, phone, region, address, lines: lines.map(wishOf), note: '已按意见减半（演示）' };
    await amendOrder(db, buyer, id, amendment, hoursBefore(now, 3));
  });
  await unlessRefused(async () => {
    const id = await submits(db, buyer, { ...purchase, key: 'demo-to-amend', lines: [second] }, hoursBefore(now, 6));
    await returnOrder(db, approver, id, '请写明用于哪几天的菜单（演示）', hoursBefore(now, 1));
  });
}

interface Lot {
  productId: number;
  quantity: number;
  step: number;
  least: number;
}

const wishOf = ({ productId, quantity }: Lot) => ({ productId, quantity });

/** Of goods with ample stock, as many as come to a little more than an amount. */
function largeLots(goods: readonly BuyableProduct[], fen: Fen): Lot[] {
  return goods.flatMap((product): Lot[] => {
    const { id: productId, orderMultiple: step, minQuantity: least, available } = product;
    const rough = Math.ceil(fen / priceFor(product, Math.ceil(fen / product.priceFen)) / step) * step + step;
    const quantity = Math.max(least, rough);
    return available >= 3 * quantity ? [{ productId, quantity, step, least }] : [];
  });
}

interface Purchase {
  unitId: number;
  key: string;
  lines: readonly Lot[];
}

async function submits(db: PrismaClient, buyer: Actor, { unitId, key, lines }: Purchase, at: Date): Promise<number> {
  const kept = await db.address.findFirstOrThrow({ where: { unitId, deletedAt: null }, orderBy: { id: 'asc' } });
  const address = { recipient: kept.recipient, phone: kept.phone, region: kept.region, address: kept.detail };
  const terms = { fundingSource: 'canteen_budget', paymentWay: 'on_account', channel: 'market', zoneId: null } as const;
  const rest = { note: null, expectedTotalFen: null, checkoutKey: key };
  return submitOrder(db, buyer, { ...address, ...terms, ...rest, unitId, lines: lines.map(wishOf) }, at);
}

const hoursBefore = (now: Date, hours: number) => new Date(now.getTime() - hours * 3_600_000);

/** On some days a rule refuses, as when the unit must prepay: the demonstration then does without. */
async function unlessRefused(showing: () => Promise<unknown>): Promise<void> {
  try {
    await showing();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}
