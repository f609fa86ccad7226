import { randomInt } from 'node:crypto';
import { audit } from '../../db/audit.ts';
import type { Db, PrismaClient } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { lockFulfilment } from '../lock-order.ts';
import { receiveFulfilment } from '../receive-fulfilment.ts';
import type { ShownPoint } from './pickup-points.ts';

/** The outbox topic of parcels that wait to be fetched. */
export const PICKUP_ARRIVED = 'pickup.arrived';

const DAYS_SHOWN = 45;
const MOST_SHOWN = 300;

const parcel = {
  fulfilment: {
    select: {
      id: true,
      state: true,
      shippedAt: true,
      supplier: { select: { name: true, nameEn: true } },
      shipments: { select: { carrier: true, trackingNumber: true } },
      lines: { select: { name: true, nameEn: true, quantity: true, saleUnit: true, saleUnitEn: true } },
      order: { select: { recipient: true, phone: true } },
    },
  },
} satisfies Prisma.PickupInclude;

export type DeskParcel = Prisma.PickupGetPayload<{ include: typeof parcel }>;

const lately = (at: Date) => new Date(at.getTime() - DAYS_SHOWN * 86_400_000);

/** What is on its way to a point or waits there, oldest first. */
export function parcelsOfDesk(db: Db, pointId: number, now: Date): Promise<DeskParcel[]> {
  return db.pickup.findMany({
    where: {
      pointId,
      createdAt: { gte: lately(now) },
      fulfilment: { state: { in: ['to_confirm', 'confirmed', 'partly_shipped', 'shipped'] } },
    },
    include: parcel,
    orderBy: { createdAt: 'asc' },
    take: MOST_SHOWN,
  });
}

/**
 * Marks that a shipped parcel lies at the point, gives it the code that its buyer shows there, and has the buyer told. Again changes
 * nothing. Throws NotFound for another point's; refuses 409 `notShipped`.
 */
export async function arriveAtPoint(
  db: PrismaClient,
  point: ShownPoint,
  fulfilmentId: number,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const kept = await tx.pickup.findFirst({ where: { fulfilmentId, pointId: point.id } });
    if (!kept) throw new NotFound();
    const { order, fulfilment } = await lockFulfilment(tx, fulfilmentId);
    if (fulfilment.state !== 'shipped') throw new StateConflict('notShipped');
    await tx.$queryRaw`SELECT id FROM pickup_point WHERE id = ${point.id} FOR UPDATE`;
    const code = await freeCode(tx, point.id, at);
    const { count } = await tx.pickup.updateMany({
      where: { fulfilmentId, arrivedAt: null },
      data: { arrivedAt: at, code },
    });
    if (count === 0) return;
    await enqueue(tx, PICKUP_ARRIVED, [{ fulfilmentId }]);
    await audit(tx, {
      ...{ at, actorId: null, onBehalfOf: point.name, action: 'pickup.arrive', subjectType: 'fulfilment' },
      ...{ subjectId: fulfilmentId, unitId: order.unitId, after: { pointId: point.id } },
    });
  });
}

/** Six digits that no other parcel waiting there has, under the point's lock. */
async function freeCode(db: Db, pointId: number, at: Date): Promise<string> {
  for (;;) {
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    const taken = await db.pickup.count({ where: waitingWith(pointId, code, at) });
    if (taken === 0) return code;
  }
}

/** Only what came lately, as the index has it: a point's history grows. */
function waitingWith(pointId: number, code: string, at: Date): Prisma.PickupWhereInput {
  return { pointId, code, createdAt: { gte: lately(at) }, fulfilment: { state: 'shipped' } };
}

/**
 * Hands the parcel of a code over: it is received as ordered (rule 28); what is wrong with it is a refund's matter. Refuses with
 * `unknownPickupCode`, also for one that was fetched already. Returns who fetched it.
 */
export async function handOver(
  db: PrismaClient,
  point: ShownPoint,
  code: string,
  at: Date,
): Promise<{ recipient: string }> {
  const found = await db.pickup.findFirst({
    where: waitingWith(point.id, code, at),
    select: { fulfilmentId: true, fulfilment: { select: { order: { select: { recipient: true, unitId: true } } } } },
  });
  if (!found) throw new RuleRefusal('badInput', [{ path: 'code', code: 'unknownPickupCode' }]);
  const { fulfilmentId } = found;
  const { recipient, unitId } = found.fulfilment.order;
  const open = await db.shipment.findMany({ where: { fulfilmentId, receivedAt: null }, select: { id: true } });
  for (const { id } of open) await receiveFulfilment(db, null, fulfilmentId, [], at, { shipmentId: id });
  await inTransaction(db, async (tx) => {
    await tx.pickup.update({ where: { fulfilmentId }, data: { handedOverAt: at }, select: { fulfilmentId: true } });
    await audit(tx, {
      ...{ at, actorId: null, onBehalfOf: point.name, action: 'pickup.hand_over', subjectType: 'fulfilment' },
      ...{ subjectId: fulfilmentId, unitId, after: { pointId: point.id } },
    });
  });
  return { recipient };
}
