import type { Tx } from '../db/client.ts';
import { NotFound } from '../shared/errors.ts';

/** Takes the order's row, the lock under which everything that happens to an order happens. Throws NotFound. */
export async function lockOrder(tx: Tx, orderId: number) {
  const locked = await tx.$queryRaw<unknown[]>`SELECT id FROM \`order\` WHERE id = ${orderId} FOR UPDATE`;
  if (locked.length === 0) throw new NotFound();
  return tx.order.findUniqueOrThrow({
    where: { id: orderId },
    include: { lines: { orderBy: { id: 'asc' } }, fulfilments: true },
  });
}

export type LockedOrder = Awaited<ReturnType<typeof lockOrder>>;

/** The order and one of its fulfilments, under the order's lock. Throws NotFound. */
export async function lockFulfilment(tx: Tx, fulfilmentId: number) {
  const found = await tx.fulfilment.findUnique({ where: { id: fulfilmentId }, select: { orderId: true } });
  if (!found) throw new NotFound();
  const order = await lockOrder(tx, found.orderId);
  const fulfilment = order.fulfilments.find((candidate) => candidate.id === fulfilmentId);
  if (!fulfilment) throw new NotFound();
  return { order, fulfilment, lines: order.lines.filter((line) => line.fulfilmentId === fulfilmentId) };
}

/** A refund with its order and parcel, under the order's lock. Throws NotFound. */
export async function lockRefund(tx: Tx, refundId: number) {
  const found = await tx.refund.findUnique({ where: { id: refundId }, select: { orderId: true } });
  if (!found) throw new NotFound();
  const order = await lockOrder(tx, found.orderId);
  const refund = await tx.refund.findUniqueOrThrow({
    where: { id: refundId },
    include: { lines: { orderBy: { lineId: 'asc' } } },
  });
  const fulfilment = order.fulfilments.find((candidate) => candidate.id === refund.fulfilmentId);
  if (!fulfilment) throw new NotFound();
  return { order, refund, fulfilment, lines: order.lines.filter((line) => line.fulfilmentId === fulfilment.id) };
}
