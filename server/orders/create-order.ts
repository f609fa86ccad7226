import type { AgreedTerms } from '../cart/agreed-terms.ts';
import type { Quote, QuotedGift, QuotedLine, Wish } from '../cart/quote.ts';
import { type BatchShare, takeStock } from '../catalog/stock.ts';
import { Prisma } from '../db/generated/client.ts';
import type { Channel, FundingSource, OrderState, PaymentWay } from '../db/generated/enums.ts';
import type { FastTx } from '../db/sql.ts';
import { enqueue } from '../jobs/outbox.ts';
import { takeFromBudget } from '../promotions/campaign-budget.ts';
import { takeCaps } from '../quotas/caps/take-caps.ts';
import { takeUnionCaps } from '../quotas/caps/union-cap.ts';
import { dayOf } from '../shared/days.ts';
import { pricePerKg } from '../shared/money.ts';
import type { ChosenWindow } from './delivery/choose-window.ts';
import { takeTenders } from './tenders/take-tenders.ts';

export interface DeliveryAddress {
  recipient: string;
  phone: string;
  region: string;
  /** street and number */
  address: string;
}

export interface NewOrder extends DeliveryAddress {
  buyerId: number;
  unitId: number | null;
  fundingSource: FundingSource;
  paymentWay: PaymentWay;
  state: OrderState;
  channel: Channel;
  zoneId: number | null;
  /** the unit's campaign link by which an outside buyer came */
  campaignId?: number | null;
  checkoutKey: string;
  /** the returned order that this one resubmits */
  amendsId?: number | null;
  note: string | null;
  submittedAt: Date;
  heldUntil: Date;
  /** as they were asked for */
  lines: readonly Wish[];
  noteAgreed?: AgreedTerms['note'];
  /** where and when a canteen receives it */
  window?: ChosenWindow | null;
  /** earned for each yuan paid */
  pointsPerYuan?: number;
}

/** Writes an order with its parcels and lines, takes its discount, allowance and points, then its caps, and last the stock (see takeStock). Returns the order's id. */
export async function createOrder(
  tx: FastTx,
  order: NewOrder,
  quoted: Quote,
  shares: readonly BatchShare[],
): Promise<number> {
  const { goodsFen, discountFen, pointsFen, freightFen, totalFen, allowanceFen, discount } = quoted;
  if (discount) await takeFromBudget(tx, discount.campaignId, discount.fen, order.submittedAt);
  const orderId = await insertOrder(tx, {
    ...{ ...order, goodsFen, discountFen, pointsFen, freightFen, totalFen, allowanceFen },
  });
  if (discount)
    await tx.$executeRaw`
      INSERT INTO order_discount (orderId, campaignId, fen) VALUES (${orderId}, ${discount.campaignId}, ${discount.fen})`;
  if (quoted.gifts.length > 0)
    await tx.$executeRaw`
      INSERT INTO order_discount (orderId, campaignId, fen)
      VALUES ${Prisma.join(quoted.gifts.map(({ campaignId }) => Prisma.sql`(${orderId}, ${campaignId}, 0)`))}`;
  const parcels = quoted.parcels.map(
    (parcel) =>
      Prisma.sql`(${orderId}, ${parcel.supplierId}, ${parcel.goodsFen}, ${parcel.freightFen}, ${parcel.freightAllowanceFen})`,
  );
  await tx.$executeRaw`INSERT INTO fulfilment (orderId, supplierId, goodsFen, freightFen, freightAllowanceFen) VALUES ${Prisma.join(parcels)}`;
  const lines = quoted.parcels.flatMap((parcel) => parcel.lines);
  await insertLines(tx, orderId, await parcelOfSupplier(tx, orderId), lines, quoted.gifts);
  await order.noteAgreed?.(tx, orderId);
  await enqueue(
    tx,
    'product.changed',
    shares.map((share) => ({ productId: share.productId })),
  );
  await takeTenders(tx, { ...order, orderId, allowanceFen, pointsFen, at: order.submittedAt });
  await takeCaps(tx, { ...order, orderId, lines: order.lines, day: dayOf(order.submittedAt), at: order.submittedAt });
  await takeUnionCapsOf(tx, order, orderId, quoted);
  await takeStock(tx, shares);
  await noteShares(tx, orderId, shares, order.submittedAt);
  return orderId;
}

/** Union funds pay goods without freight: all of a unit's, of an individual's what an allowance pays. */
async function takeUnionCapsOf(tx: FastTx, order: NewOrder, orderId: number, quoted: Quote): Promise<void> {
  const { unitId, submittedAt: at } = order;
  const lines = quoted.parcels.flatMap((parcel) => parcel.lines);
  const isUnits = order.fundingSource === 'union_funds';
  const fen = isUnits ? quoted.totalFen - quoted.freightFen : lines.reduce((sum, line) => sum + line.allowanceFen, 0);
  if (unitId === null || (!isUnits && fen === 0)) return;
  const field = isUnits ? undefined : 'tenders.allowanceFen';
  await takeUnionCaps(tx, { orderId, unitId, fen, day: dayOf(at), at, field });
}

type OrderTotals = Pick<Quote, 'goodsFen' | 'discountFen' | 'pointsFen' | 'freightFen' | 'totalFen' | 'allowanceFen'>;

function insertOrder(tx: FastTx, { window, ...order }: NewOrder & OrderTotals): Promise<number> {
  return tx.insert(Prisma.sql`
    INSERT INTO \`order\` (buyerId, unitId, fundingSource, paymentWay, state, channel, zoneId, campaignId, checkoutKey, goodsFen, discountFen, freightFen, totalFen,
      note, recipient, phone, region, address, submittedAt, heldUntil, amendsId, allowanceFen, pointsFen, pointsPerYuan,
      canteenId, deliverOn, deliverFrom, deliverTo)
    VALUES (${order.buyerId}, ${order.unitId}, ${order.fundingSource}, ${order.paymentWay}, ${order.state}, ${order.channel}, ${order.zoneId},
      ${order.campaignId ?? null}, ${order.checkoutKey}, ${order.goodsFen}, ${order.discountFen}, ${order.freightFen}, ${order.totalFen}, ${order.note}, ${order.recipient}, ${order.phone},
      ${order.region}, ${order.address}, ${order.submittedAt}, ${order.heldUntil}, ${order.amendsId ?? null},
      ${order.allowanceFen}, ${order.pointsFen}, ${order.pointsPerYuan ?? 0}, ${window?.canteenId ?? null}, ${window?.deliverOn ?? null},
      ${window?.deliverFrom ?? null}, ${window?.deliverTo ?? null})`);
}

const NOTHING = {
  ...{
    unitPriceFen: 0,
    goodsFen: 0,
    discountFen: 0,
    pointsFen: 0,
    payableFen: 0,
    allowanceFen: 0,
    grams: 0,
    netGrams: 0,
  },
  ...{ isGift: true, note: null },
};

async function parcelOfSupplier(tx: FastTx, orderId: number): Promise<Map<number, number>> {
  const parcels = await tx.$queryRaw<{ id: number; supplierId: number }[]>`
    SELECT id, supplierId FROM fulfilment WHERE orderId = ${orderId}`;
  return new Map(parcels.map(({ id, supplierId }) => [supplierId, id]));
}

async function insertLines(
  tx: FastTx,
  orderId: number,
  parcels: ReadonlyMap<number, number>,
  lines: readonly QuotedLine[],
  gifts: readonly QuotedGift[],
): Promise<void> {
  const bought = lines.map((line) => ({ ...line, netGrams: line.product.netGrams, isGift: false }));
  // A gift costs and weighs nothing, so that nothing of it is ever owed, counted or given back.
  const given = gifts.map(({ product, quantity }) => ({ ...NOTHING, product, quantity }));
  const rows = [...bought, ...given].map(
    ({
      product,
      quantity,
      unitPriceFen,
      goodsFen,
      discountFen,
      pointsFen,
      payableFen,
      allowanceFen,
      grams,
      netGrams,
      isGift,
      note,
    }) =>
      Prisma.sql`(${orderId}, ${parcels.get(product.supplierId)}, ${product.id},
        ${product.supplierId}, ${product.categoryId}, ${product.placeId}, ${product.familyName}, ${product.nameEn}, ${product.spec}, ${product.specEn},
        ${product.saleUnit}, ${product.saleUnitEn}, ${product.illustration}, ${netGrams}, ${quantity}, ${unitPriceFen}, ${goodsFen}, ${discountFen}, ${payableFen}, ${grams}, ${note ?? null},
        ${product.saleMode === 'by_weight' && !isGift ? pricePerKg(unitPriceFen, product.netGrams) : null}, ${product.saleMode === 'by_weight' && !isGift ? product.toleranceBp : 0}, ${pointsFen}, ${allowanceFen}, ${isGift})`,
  );
  await tx.$executeRaw`
    INSERT INTO order_line (orderId, fulfilmentId, productId, supplierId, categoryId, originPlaceId, name, nameEn, spec, specEn,
      saleUnit, saleUnitEn, illustration, netGrams, quantity, unitPriceFen, goodsFen, discountFen, payableFen, grams, note, pricePerKgFen, toleranceBp, pointsFen, allowanceFen, isGift)
    VALUES ${Prisma.join(rows)}`;
}

/** What each line was promised of which batch, and that it is held. */
async function noteShares(tx: FastTx, orderId: number, shares: readonly BatchShare[], at: Date): Promise<void> {
  const lines = await tx.$queryRaw<{ id: number; productId: number; isGift: number }[]>`
    SELECT id, productId, isGift FROM order_line WHERE orderId = ${orderId}`;
  const lineIds = new Map(lines.map(({ id, productId, isGift }) => [`${productId} ${Boolean(isGift)}`, id]));
  const held = shares.map((share) => ({
    ...share,
    lineId: lineIds.get(`${share.productId} ${share.isGift ?? false}`),
  }));
  await tx.$executeRaw`
    INSERT INTO line_allocation (lineId, batchId, quantity)
    VALUES ${Prisma.join(held.map(({ lineId, batchId, quantity }) => Prisma.sql`(${lineId}, ${batchId}, ${quantity})`))}`;
  await tx.$executeRaw`
    INSERT INTO stock_movement (batchId, event, source, sourceId, quantity, at)
    VALUES ${Prisma.join(held.map(({ lineId, batchId, quantity }) => Prisma.sql`(${batchId}, 'held', 'line', ${lineId}, ${-quantity}, ${at})`))}`;
}
