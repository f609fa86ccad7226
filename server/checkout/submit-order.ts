import { type Actor, mayBuy } from '../accounts/actor.ts';
import type { AgreedTerms } from '../cart/agreed-terms.ts';
import { giftsOf, sharesOfGifts } from '../cart/gifts.ts';
import { atPickupPoint } from '../cart/pickup-freight.ts';
import { type Quote, quote, type Wish } from '../cart/quote.ts';
import {
  LEAST_REST_FEN,
  leavesPayable,
  mostPointsFen,
  NO_TENDERS,
  type Tenders,
  withTenders,
} from '../cart/tenders.ts';
import { type BuyableProduct, findBuyableProducts } from '../catalog/shelf-products.ts';
import { type BatchShare, chooseBatches, StockMoved } from '../catalog/stock.ts';
import { audit } from '../db/audit.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import { isDuplicate } from '../db/faults.ts';
import type { Channel, FundingSource, PaymentWay } from '../db/generated/enums.ts';
import { inFastTransaction } from '../db/in-transaction.ts';
import { type ApprovalLevel, approvalLevels, askForApproval } from '../orders/approval/approval-levels.ts';
import { keepWithinBudget } from '../orders/approval/keep-within-budget.ts';
import { createOrder, type DeliveryAddress } from '../orders/create-order.ts';
import { type ChosenWindow, chooseWindow, type DeliveryWish } from '../orders/delivery/choose-window.ts';
import { notePickups, takeRoom } from '../orders/pickup/take-room.ts';
import { placeOrder } from '../orders/place-order.ts';
import { keepWithinCredit } from '../payments/credit-limit.ts';
import { CampaignSpent } from '../promotions/campaign-budget.ts';
import { type PointsRule, readPointsRule } from '../promotions/points-rule.ts';
import { findDiscounts } from '../promotions/threshold-discounts.ts';
import { findGifts } from '../promotions/threshold-gifts.ts';
import { type Day, dayOf } from '../shared/days.ts';
import { type Fault, RuleRefusal } from '../shared/errors.ts';
import { formatYuan } from '../shared/money.ts';
import { sharedReading } from '../shared/shared-reading.ts';
import { findPayer } from '../units/unit-queries.ts';
import { channelOfGoods, type OrderChannel } from './channel-of-order.ts';
import { hasMovedSince, inTurn, noteMoved } from './scarce-goods.ts';

export interface OrderRequest extends DeliveryAddress, DeliveryWish {
  lines: Wish[];
  unitId: number | null;
  fundingSource: FundingSource;
  paymentWay: PaymentWay;
  /** without a zone: that of the pages from which most of the lines were put in, see channel-of-order.ts */
  channel: Channel;
  zoneId: number | null;
  /** the unit's campaign link by which an outside buyer came */
  campaignId?: number | null;
  /** where it is fetched instead of being delivered: with half the freight, the address being the point's */
  pickupPointId?: number | null;
  note: string | null;
  /** the same key again is the same order */
  checkoutKey: string;
  /** the total that the buyer saw, before points; null: not shown. A changed price is refused rather than charged */
  expectedTotalFen: number | null;
  /** the returned order that this one resubmits, see amend-order.ts */
  amendsId?: number | null;
  /** paid beside money, of an individual's order without agreed terms; see cart/tenders.ts */
  tenders?: Tenders;
  /** prices and more that were agreed upon before */
  agreed?: AgreedTerms | null;
}

const TRIES = 12;
const HELD_FOR_PAYMENT_MS = 35 * 60_000;
const HELD_FOR_APPROVAL_MS = 3 * 86_400_000;

/**
 * Turns wishes into an order that holds its stock: an individual's waits for payment, a unit's for its approvals or, where none is needed
 * and on account, is placed at once, as is an individual's that a welfare allowance pays wholly (rules 2, 6, 24, 26). Refuses with every
 * shortage and broken rule at once, writing nothing.
 */
export async function submitOrder(db: PrismaClient, actor: Actor, request: OrderRequest, now: Date): Promise<number> {
  const earlier = await findSubmitted(db, actor, request.checkoutKey);
  if (earlier !== null) return earlier;
  const levelsFor = await checkedTerms(db, actor, request, dayOf(now));
  const productIds = request.lines.map((line) => line.productId);
  for (let attempt = 1; ; attempt += 1) {
    const readAt = performance.now();
    const { quoted, shares, pointsPerYuan } = await pricedAndAllotted(db, request, now);
    const payingUnit = request.fundingSource === 'individual' ? null : request.unitId;
    const window = await chooseWindow(db, payingUnit, request, suppliersOf(quoted), now, request.agreed?.days);
    const counts = request.zoneId === null ? await channelOfGoods(db, quoted) : request;
    try {
      return await inTurn(db, async () => {
        // While this order waited for its turn others may have taken the rest: look again rather than write in vain.
        if (hasMovedSince(db, productIds, readAt)) throw new StockMoved();
        const placing = { levels: levelsFor(quoted.totalFen), pointsPerYuan, window, counts };
        return write(db, actor, request, quoted, shares, placing, now);
      });
    } catch (error) {
      if (isDuplicate(error)) {
        const same = await findSubmitted(db, actor, request.checkoutKey);
        if (same !== null) return same;
      }
      if (error instanceof CampaignSpent && attempt < TRIES) continue;
      if (!(error instanceof StockMoved) || attempt === TRIES)
        throw error instanceof StockMoved ? new RuleRefusal('stockMoved') : error;
      if (!hasMovedSince(db, productIds, readAt)) noteMoved(db, productIds);
    }
  }
}

async function findSubmitted(db: PrismaClient, actor: Actor, checkoutKey: string): Promise<number | null> {
  const [order] = await fast(db).$queryRaw<{ id: number; buyerId: number }[]>`
    SELECT id, buyerId FROM \`order\` WHERE checkoutKey = ${checkoutKey}`;
  if (order && order.buyerId !== actor.id) throw new RuleRefusal('keyReused');
  return order?.id ?? null;
}

/** Checks who buys for whom and how it is paid; answers which approvals an order of so many fen needs. */
async function checkedTerms(
  db: PrismaClient,
  actor: Actor,
  request: OrderRequest,
  today: Day,
): Promise<(totalFen: number) => ApprovalLevel[]> {
  const { unitId, fundingSource, paymentWay, tenders = NO_TENDERS } = request;
  if (request.lines.length === 0) throw new RuleRefusal('emptyOrder', [{ path: 'lines', code: 'emptyOrder' }]);
  if (!mayBuy(actor, unitId, fundingSource))
    throw new RuleRefusal('notYourUnit', [{ path: 'unitId', code: 'notYourUnit' }]);
  if (tenders.allowanceFen > 0 && (unitId === null || fundingSource !== 'individual'))
    throw new RuleRefusal('allowanceNeedsUnit', [{ path: 'tenders.allowanceFen', code: 'allowanceNeedsUnit' }]);
  if (tenders.pointsFen > 0 && fundingSource !== 'individual')
    throw new RuleRefusal('pointsAreOwn', [{ path: 'tenders.pointsFen', code: 'pointsAreOwn' }]);
  if (fundingSource === 'individual') {
    if (paymentWay !== 'stripe')
      throw new RuleRefusal('individualsPayAtOnce', [{ path: 'payment', code: 'individualsPayAtOnce' }]);
    return () => [];
  }
  const payer = unitId === null ? null : await findPayer(db, unitId, fundingSource);
  if (!payer) throw new RuleRefusal('noSuchPayer', [{ path: 'fundingSource', code: 'noSuchPayer' }]);
  if (paymentWay === 'on_account' && payer.mustPrepay)
    throw new RuleRefusal('mustPrepay', [{ path: 'payment', code: 'mustPrepay' }]);
  return approvalLevels(fast(db), payer, today);
}

async function pricedAndAllotted(
  db: PrismaClient,
  request: OrderRequest,
  now: Date,
): Promise<{ quoted: Quote; shares: BatchShare[]; pointsPerYuan: number }> {
  const today = dayOf(now);
  const productIds = request.lines.map((line) => line.productId);
  const repeated = request.lines.flatMap((line, index): Fault[] =>
    productIds.indexOf(line.productId) === index ? [] : [{ path: `lines.${index}.productId`, code: 'repeatedProduct' }],
  );
  if (repeated.length > 0) throw new RuleRefusal('badInput', repeated);
  const [[products, discounts, { shares, shortages }, gifts], rule] = await Promise.all([
    readGoods(db, request, today, now),
    request.fundingSource === 'individual' ? pointsRule(db) : null,
  ]);
  const delivered = quote(request.lines, products, discounts, request.agreed);
  const quoted = request.pickupPointId ? atPickupPoint(delivered) : delivered;
  if (quoted.faults.length > 0) throw new RuleRefusal('cannotOrder', quoted.faults);
  if (shortages.length > 0)
    throw new RuleRefusal(
      'cannotOrder',
      shortages.map(({ productId, available }) => ({
        path: `lines.${productIds.indexOf(productId)}.quantity`,
        code: available > 0 ? 'notEnough' : 'soldOut',
        values: { ...namesOf(products.get(productId)), available },
      })),
    );
  if (request.expectedTotalFen !== null && request.expectedTotalFen !== quoted.totalFen)
    throw new RuleRefusal('priceChanged');
  const reached = await giftsOf(fast(db), quoted, gifts, request.agreed, today);
  const given = await sharesOfGifts(fast(db), reached, shares, today);
  const whole = { quoted: { ...quoted, gifts: given.gifts }, shares: [...shares, ...given.shares] };
  if (!rule) return { ...whole, pointsPerYuan: 0 };
  const paid = paidBeside(whole.quoted, request.tenders ?? NO_TENDERS, rule);
  return { ...whole, quoted: paid, pointsPerYuan: rule.perYuan };
}

const namesOf = (product?: BuyableProduct) => ({ name: product?.familyName ?? '', nameEn: product?.nameEn ?? '' });

/** Refuses more points than the rule allows, more of an allowance than is then to pay, and what leaves too little to be paid. */
function paidBeside(quoted: Quote, tenders: Tenders, rule: PointsRule): Quote {
  const most = { pointsFen: mostPointsFen(quoted, rule), allowanceFen: quoted.totalFen - tenders.pointsFen };
  const faults = (['pointsFen', 'allowanceFen'] as const).flatMap((tender): Fault[] =>
    tenders[tender] <= most[tender]
      ? []
      : [{ path: `tenders.${tender}`, code: 'tenderTooMuch', values: { most: formatYuan(most[tender]) } }],
  );
  if (faults.length === 0 && !leavesPayable(quoted, tenders)) {
    const path = `tenders.${tenders.allowanceFen > 0 ? 'allowanceFen' : 'pointsFen'}`;
    faults.push({ path, code: 'restTooSmall', values: { least: formatYuan(LEAST_REST_FEN) } });
  }
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  return withTenders(quoted, tenders);
}

/** All who check out at the same moment share one reading. */
function pointsRule(db: PrismaClient): Promise<PointsRule> {
  return sharedReading(db, 'points rule', () => readPointsRule(fast(db)));
}

/** Goods, discounts and batches for an order; all who want the same at the same moment share one reading, since takeStock decides. */
function readGoods(db: PrismaClient, { lines, unitId, agreed }: OrderRequest, today: Day, now: Date) {
  const productIds = lines.map((line) => line.productId);
  const wanted = lines.map((line) => `${line.productId}:${line.quantity}`);
  const key = `goods ${today} ${unitId} ${[...(agreed?.batches ?? [])]} ${wanted}`;
  return sharedReading(db, key, () =>
    Promise.all([
      findBuyableProducts(fast(db), productIds, today),
      findDiscounts(fast(db), productIds, unitId, now),
      chooseBatches(fast(db), lines, today, agreed?.batches),
      findGifts(fast(db), productIds, unitId, now),
    ]),
  );
}

interface Placing {
  levels: readonly ApprovalLevel[];
  pointsPerYuan: number;
  window: ChosenWindow | null;
  counts: OrderChannel;
}

const suppliersOf = ({ parcels }: Quote) => parcels.map(({ supplierId }) => supplierId);

async function write(
  db: PrismaClient,
  actor: Actor,
  request: OrderRequest,
  quoted: Quote,
  shares: readonly BatchShare[],
  { levels, pointsPerYuan, window, counts }: Placing,
  now: Date,
): Promise<number> {
  const { expectedTotalFen, agreed, tenders, ...terms } = request;
  const isPaid = quoted.allowanceFen > 0 && quoted.allowanceFen === quoted.totalFen;
  const state =
    request.fundingSource !== 'individual' && (levels.length > 0 || request.paymentWay === 'on_account')
      ? 'awaiting_approval'
      : 'awaiting_payment';
  const heldFor = state === 'awaiting_approval' ? HELD_FOR_APPROVAL_MS : HELD_FOR_PAYMENT_MS;
  return inFastTransaction(db, async (tx) => {
    const order = {
      ...terms,
      ...{ channel: counts.channel, zoneId: counts.zoneId },
      buyerId: actor.id,
      state,
      submittedAt: now,
      heldUntil: new Date(now.getTime() + heldFor),
    } as const;
    const { pickupPointId } = request;
    if (pickupPointId) await takeRoom(tx, actor, pickupPointId, quoted.parcels.length, now);
    await agreed?.claim?.(tx);
    const { unitId, fundingSource } = request;
    if (request.paymentWay === 'on_account' && unitId !== null)
      await keepWithinCredit(tx, { unitId, fundingSource }, quoted.totalFen, now);
    if (fundingSource !== 'individual' && unitId !== null)
      await keepWithinBudget(tx, { unitId, fundingSource, totalFen: quoted.totalFen }, 'submission', now);
    const orderId = await createOrder(
      tx,
      { ...order, pointsPerYuan, window, noteAgreed: agreed?.note },
      quoted,
      shares,
    );
    if (pickupPointId) await notePickups(tx, orderId, pickupPointId, now);
    await audit(tx, {
      at: now,
      actorId: actor.id,
      action: 'order.submit',
      subjectType: 'order',
      subjectId: orderId,
      unitId: request.unitId,
      after: { state, totalFen: quoted.totalFen, ...tenders },
    });
    if (levels.length > 0) await askForApproval(tx, orderId, levels);
    // Where nobody is to approve, or paid by the allowance alone, it binds at once.
    else if (isPaid || state === 'awaiting_approval') {
      await placeOrder(
        tx,
        {
          ...order,
          id: orderId,
          goodsFen: quoted.goodsFen,
          freightFen: quoted.freightFen,
          totalFen: quoted.totalFen,
          discountFen: quoted.discountFen,
          pointsFen: quoted.pointsFen,
          allowanceFen: quoted.allowanceFen,
          poolId: agreed?.poolId ?? null,
        },
        isPaid ? 'pay' : 'approve',
        now,
      );
    }
    return orderId;
  });
}
