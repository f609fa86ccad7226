import { type Actor, suppliersServedBy, unitsApprovedFor, unitsBoughtFor } from '../accounts/actor.ts';
import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { FulfilmentState, OrderState } from '../db/generated/enums.ts';
import { NotFound } from '../shared/errors.ts';
import { heldShares } from './held-shares.ts';
import { mayLookAfter, maySee } from './order-policy.ts';
import { restOfParcel, shippableShares } from './parcel-rest.ts';
import { refundedParts } from './refunded-parts.ts';

const receiptParts = {
  lines: { include: { photos: { select: { fileId: true } } } },
  dispute: { select: { id: true, state: true } },
} satisfies Prisma.ReceiptInclude;

const wholeOrder = {
  unit: { select: { id: true, code: true, name: true, nameEn: true } },
  buyer: { select: { id: true, name: true } },
  harvest: { select: { id: true, expectedOn: true, state: true } },
  pool: { select: { code: true, state: true } },
  canteen: { select: { name: true, note: true } },
  zone: { select: { code: true, name: true, nameEn: true } },
  lines: {
    orderBy: { id: 'asc' },
    include: {
      allocations: { include: { batch: { select: { traceCode: true } } } },
      product: { select: { coldChain: true } },
      recallLines: {
        select: {
          ...{ recallId: true, sentQuantity: true, returnedQuantity: true },
          recall: { select: { batch: { select: { traceCode: true } } } },
        },
      },
    },
  },
  fulfilments: {
    orderBy: { id: 'asc' },
    include: {
      supplier: { select: { id: true, code: true, name: true, nameEn: true, shipWithinDays: true } },
      shipments: {
        orderBy: { id: 'asc' },
        include: { lines: { include: { batch: { select: { traceCode: true } } } } },
      },
      receipts: { orderBy: { id: 'asc' }, include: receiptParts },
      review: { select: { rating: true, text: true, at: true } },
      pickup: { include: { point: true } },
    },
  },
  decisions: { orderBy: { id: 'asc' } },
  approvals: { select: { unitId: true } },
  amends: {
    select: {
      ...{ id: true, submittedAt: true, buyerId: true, totalFen: true, note: true },
      ...{ recipient: true, phone: true, region: true, address: true },
      lines: {
        select: {
          productId: true,
          isGift: true,
          name: true,
          nameEn: true,
          saleUnit: true,
          saleUnitEn: true,
          quantity: true,
          note: true,
        },
      },
    },
  },
  amendedBy: { select: { id: true, submittedAt: true } },
  cancellation: true,
  payments: { orderBy: { id: 'desc' }, take: 5 },
  allowanceUses: { select: { fen: true } },
  pointEntries: { select: { kind: true, points: true } },
} satisfies Prisma.OrderInclude;

export type WholeOrder = Prisma.OrderGetPayload<{ include: typeof wholeOrder }>;

/** An order with everything on it, for its buyer, the unit's buyers, its approvers at every level, and the operator. A stranger gets NotFound. */
export async function findOrder(db: Db, actor: Actor, id: number): Promise<WholeOrder> {
  const order = await db.order.findUnique({ where: { id }, include: wholeOrder });
  if (!order || !maySee(actor, order)) throw new NotFound();
  return order;
}

/** The part of an order that one of the actor's suppliers ships, or that it `may` see, without the rest. A stranger gets NotFound. */
export async function findFulfilment(db: Db, actor: Actor, id: number, may = mayLookAfter) {
  const fulfilment = await db.fulfilment.findFirst({
    where: { id, order: { placedAt: { not: null } } },
    include: fulfilmentParts,
  });
  if (!fulfilment || !may(actor, fulfilment)) throw new NotFound();
  return withWhatIsHeld(db, fulfilment);
}

/** Several of them that are still to be packed or on their way, as they were named; others' and cancelled ones are left out. */
export async function findParcels(db: Db, actor: Actor, ids: readonly number[]): Promise<SupplierFulfilment[]> {
  const found = await db.fulfilment.findMany({
    where: {
      id: { in: [...ids] },
      supplierId: { in: suppliersServedBy(actor) },
      state: { in: ['to_confirm', 'confirmed', 'partly_shipped', 'shipped'] },
      order: { placedAt: { not: null } },
    },
    include: fulfilmentParts,
  });
  const parcels = await Promise.all(found.map((parcel) => withWhatIsHeld(db, parcel)));
  return ids.flatMap((id) => parcels.find((parcel) => parcel.id === id) ?? []);
}

/** What refunds have put back on the shelf before shipping is no longer to be picked. */
async function withWhatIsHeld(db: Db, fulfilment: SupplierFulfilment): Promise<SupplierFulfilment> {
  if (fulfilment.state === 'partly_shipped') return withWhatIsLeft(db, fulfilment);
  if (fulfilment.shippedAt || fulfilment.lines.every((line) => line.refundedQuantity === 0)) return fulfilment;
  const held = await heldShares(
    db,
    fulfilment.lines.map((line) => line.id),
  );
  const lines = fulfilment.lines.map((line) => ({
    ...line,
    quantity: line.quantity - line.refundedQuantity,
    grams: line.grams - line.refundedGrams,
    allocations: line.allocations.flatMap((share) => {
      const left = held.find((one) => one.lineId === line.id && one.batchId === share.batchId);
      return left ? [{ ...share, quantity: left.quantity }] : [];
    }),
  }));
  return { ...fulfilment, lines: lines.filter((line) => line.quantity > 0) };
}

/** Of a parcel that went in part, what is still to be picked. */
async function withWhatIsLeft(db: Db, fulfilment: SupplierFulfilment): Promise<SupplierFulfilment> {
  const refunded = await refundedParts(db, fulfilment.orderId);
  const shares = await shippableShares(db, await restOfParcel(db, fulfilment.id, fulfilment.lines, refunded));
  const lines = fulfilment.lines.map((line) => ({
    ...line,
    allocations: line.allocations.flatMap((share) => {
      const left = shares.find((one) => one.lineId === line.id && one.batchId === share.batchId);
      return left ? [{ ...share, quantity: left.quantity }] : [];
    }),
  }));
  return { ...fulfilment, lines };
}

export const fulfilmentParts = {
  supplier: { select: { id: true, code: true, name: true, nameEn: true } },
  order: {
    select: {
      id: true,
      submittedAt: true,
      placedAt: true,
      fundingSource: true,
      paymentWay: true,
      recipient: true,
      phone: true,
      region: true,
      address: true,
      note: true,
      unit: { select: { name: true, nameEn: true } },
      harvest: { select: { expectedOn: true, state: true } },
      ...{ poolId: true, harvestId: true },
      ...{ canteenId: true, deliverOn: true, deliverFrom: true, deliverTo: true, deliverMovedFrom: true },
      canteen: { select: { name: true, note: true } },
    },
  },
  lines: {
    orderBy: { id: 'asc' },
    include: {
      allocations: { include: { batch: { select: { id: true, traceCode: true } } } },
      product: { select: { coldChain: true } },
    },
  },
  shipments: { orderBy: { id: 'asc' }, include: { lines: { include: { batch: { select: { traceCode: true } } } } } },
  receipts: { orderBy: { id: 'asc' }, include: receiptParts },
  pickup: { select: { fulfilmentId: true } },
} satisfies Prisma.FulfilmentInclude;

export type SupplierFulfilment = Prisma.FulfilmentGetPayload<{ include: typeof fulfilmentParts }>;

/** Parcels of the actor's suppliers, newest first (or oldest first, as work is done), beyond the key of the last one seen; of one day of delivery where that is asked. */
export function listFulfilments(
  db: Db,
  actor: Actor,
  states: FulfilmentState[] | null,
  lastId: number | null,
  take: number,
  { oldestFirst = false, deliverOn }: { oldestFirst?: boolean; deliverOn?: Date } = {},
) {
  return db.fulfilment.findMany({
    where: {
      supplierId: { in: suppliersServedBy(actor) },
      order: { placedAt: { not: null }, ...(deliverOn ? { deliverOn } : {}) },
      ...(states ? { state: { in: states } } : {}),
      ...(lastId ? { id: oldestFirst ? { gt: lastId } : { lt: lastId } } : {}),
    },
    orderBy: { id: oldestFirst ? 'asc' : 'desc' },
    take,
    include: fulfilmentParts,
  });
}

const listedOrder = {
  unit: { select: { code: true, name: true, nameEn: true } },
  lines: { orderBy: { id: 'asc' }, take: 4, select: { name: true, nameEn: true, illustration: true, quantity: true } },
  fulfilments: {
    orderBy: { id: 'asc' },
    select: {
      ...{ id: true, state: true },
      pickup: { select: { arrivedAt: true, point: { select: { name: true, nameEn: true } } } },
    },
  },
  _count: { select: { lines: true } },
} satisfies Prisma.OrderInclude;

export type ListedOrder = Prisma.OrderGetPayload<{ include: typeof listedOrder }>;

export interface OrderFilter {
  states: OrderState[] | null;
  beforeId: number | null;
  take: number;
}

/** The actor's own orders and the unit purchases of units bought for, newest first by key. */
export async function listOrders(
  db: Db,
  actor: Actor,
  { states, beforeId, take }: OrderFilter,
): Promise<ListedOrder[]> {
  const page = { ...(states ? { state: { in: states } } : {}), ...(beforeId ? { id: { lt: beforeId } } : {}) };
  const units = unitsBoughtFor(actor);
  const own = db.order.findMany({
    where: { buyerId: actor.id, ...page },
    orderBy: { id: 'desc' },
    take,
    include: listedOrder,
  });
  if (units.length === 0) return own;
  const ofUnits = db.order.findMany({
    where: { unitId: { in: units }, fundingSource: { not: 'individual' }, buyerId: { not: actor.id }, ...page },
    orderBy: { id: 'desc' },
    take,
    include: listedOrder,
  });
  return [...(await own), ...(await ofUnits)].sort((a, b) => b.id - a.id).slice(0, take);
}

/**
 * Unit purchases that wait for approval in the actor's units, and those of units below that need the approval of one of them; oldest
 * first. Which of them the actor may decide now is whyNotDecide's to say.
 */
export async function listAwaitingApproval(db: Db, actor: Actor, take: number) {
  const units = unitsApprovedFor(actor);
  if (units.length === 0) return [];
  const waiting = await db.$queryRaw<{ id: number }[]>`
    SELECT o.id FROM \`order\` o
    WHERE o.unitId IN (${Prisma.join(units)}) AND o.state = 'awaiting_approval' AND o.fundingSource <> 'individual'
    UNION SELECT o.id FROM order_approval a JOIN \`order\` o ON o.id = a.orderId AND o.state = 'awaiting_approval'
    WHERE a.unitId IN (${Prisma.join(units)}) AND a.decisionId IS NULL
    ORDER BY id LIMIT ${take}`;
  return db.order.findMany({
    where: { id: { in: waiting.map(({ id }) => id) } },
    orderBy: { id: 'asc' },
    include: { ...listedOrder, buyer: { select: { id: true, name: true } } },
  });
}

/** A readable number: day of submission and id. */
export function orderNumber(order: { id: number; submittedAt: Date }): string {
  const day = new Date(order.submittedAt.getTime() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
  return `${day}-${String(order.id).padStart(6, '0')}`;
}
