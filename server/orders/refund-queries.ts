import { type Actor, hasRole, suppliersServedBy } from '../accounts/actor.ts';
import type { Db } from '../db/client.ts';
import type { Prisma } from '../db/generated/client.ts';
import type { RefundState } from '../db/generated/enums.ts';
import { NotFound } from '../shared/errors.ts';
import { mayDecideRefund, maySee } from './order-policy.ts';

const refundParts = {
  order: {
    select: {
      id: true,
      buyerId: true,
      unitId: true,
      fundingSource: true,
      paymentWay: true,
      submittedAt: true,
      unit: { select: { name: true, nameEn: true } },
      allowanceUses: { where: { source: 'refund' }, select: { sourceId: true, fen: true } },
      pointEntries: { where: { source: 'refund', kind: 'spent' }, select: { sourceId: true, points: true } },
    },
  },
  fulfilment: {
    select: {
      id: true,
      supplierId: true,
      state: true,
      shippedAt: true,
      receivedAt: true,
      freightFen: true,
      supplier: { select: { name: true, nameEn: true } },
      lines: { where: { isGift: true }, take: 1, select: { id: true } },
    },
  },
  lines: { orderBy: { lineId: 'asc' }, include: { line: true } },
  photos: { include: { file: { select: { id: true, name: true, mime: true, sha256: true } } } },
} satisfies Prisma.RefundInclude;

export type WholeRefund = Prisma.RefundGetPayload<{ include: typeof refundParts }>;

/** Of what goes back, what the welfare allowance gets, and the points that come back beside it (1 point = 1 fen). */
export function tendersBack({ id, order, goodsFen, freightFen }: WholeRefund) {
  const allowanceFen = order.allowanceUses.find(({ sourceId }) => sourceId === id)?.fen ?? 0;
  const points = order.pointEntries.find(({ sourceId }) => sourceId === id)?.points ?? 0;
  return { allowanceFen, points, moneyFen: goodsFen + freightFen - allowanceFen };
}

/** What was asked back of an order, oldest first; who may see the order may see it. */
export function refundsOfOrder(db: Db, orderId: number): Promise<WholeRefund[]> {
  return db.refund.findMany({ where: { orderId }, orderBy: { id: 'asc' }, include: refundParts });
}

/** One refund, for its buyer's side, its supplier and the operator. A stranger gets NotFound. */
export async function findRefund(db: Db, actor: Actor, id: number): Promise<WholeRefund> {
  const refund = await db.refund.findUnique({ where: { id }, include: refundParts });
  if (!refund || !(mayDecideRefund(actor, refund.fulfilment) || maySee(actor, refund.order))) throw new NotFound();
  return refund;
}

function decidedBy(actor: Actor): Prisma.RefundWhereInput {
  return hasRole(actor, 'operator') ? {} : { fulfilment: { supplierId: { in: suppliersServedBy(actor) } } };
}

/** Refunds that the actor may decide, in these states: those to decide oldest first, others newest first, beyond the last one seen. */
export function listRefunds(db: Db, actor: Actor, states: RefundState[], lastId: number | null, take: number) {
  const oldestFirst = states.includes('requested');
  return db.refund.findMany({
    where: {
      ...decidedBy(actor),
      state: { in: states },
      ...(lastId ? { id: oldestFirst ? { gt: lastId } : { lt: lastId } } : {}),
    },
    orderBy: { id: oldestFirst ? 'asc' : 'desc' },
    take,
    include: refundParts,
  });
}

/** How many refunds wait for the actor's decision. */
export function countOpenRefunds(db: Db, actor: Actor): Promise<number> {
  return db.refund.count({ where: { ...decidedBy(actor), state: 'requested' } });
}
