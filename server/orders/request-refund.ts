import type { Actor } from '../accounts/actor.ts';
import type { FileStore, NewFile } from '../clients/file-store.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { type Fault, NotFound, RuleRefusal, StateConflict } from '../shared/errors.ts';
import { type Part, splitOff, standingPart } from './line-parts.ts';
import { type LockedOrder, lockOrder } from './lock-order.ts';
import { mayBuyerSee } from './order-policy.ts';
import { coveredParts } from './parcel-rest.ts';
import { refundedParts } from './refunded-parts.ts';

export interface RefundRequest {
  /** of one parcel */
  lines: { lineId: number; quantity: number }[];
  reason: string;
  photos: NewFile[];
  /** asks for no more than stands of each line instead of refusing what is more */
  atMost?: boolean;
}

interface Parts {
  db: PrismaClient;
  files: FileStore;
}

/**
 * Asks for a part of a parcel's goods back, before or after it was received; its supplier or the operator decides (rules 4, 28). Until
 * then nothing changes. Refuses a stranger with 404, an order that is not placed with 409, and by line what is not of one parcel or
 * is more than still stands and is not asked for already. `within` runs in the same transaction. Returns the refund's id.
 */
export async function requestRefund(
  { db, files }: Parts,
  actor: Actor,
  orderId: number,
  request: RefundRequest,
  at: Date,
  within?: (tx: Tx, refundId: number) => Promise<void>,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (!mayBuyerSee(actor, order)) throw new NotFound();
    if (!order.placedAt || order.state === 'cancelled')
      throw new StateConflict('wrongOrderState', { state: order.state });
    const { fulfilmentId, lines } = await checkedLines(tx, order, request);
    const refund = await tx.refund.create({
      data: {
        orderId,
        fulfilmentId,
        reason: request.reason,
        goodsFen: lines.reduce((sum, line) => sum + line.fen, 0),
        requestedById: actor.id,
        requestedAt: at,
        lines: { create: lines.map((line) => ({ ...line, requestedQuantity: line.quantity })) },
      },
      select: { id: true },
    });
    for (const photo of request.photos)
      await tx.refundPhoto.create({
        data: { refundId: refund.id, fileId: await files.keep(tx, photo, actor.id) },
        select: { refundId: true },
      });
    await audit(tx, {
      at,
      actorId: actor.id,
      action: 'refund.request',
      subjectType: 'refund',
      subjectId: refund.id,
      unitId: order.unitId,
      after: { orderId, lines: lines.map(({ lineId, quantity, fen }) => ({ lineId, quantity, fen })) },
      reason: request.reason,
    });
    await enqueue(tx, 'refund.changed', [{ refundId: refund.id }]);
    await within?.(tx, refund.id);
    return refund.id;
  });
}

async function checkedLines(
  tx: Tx,
  order: LockedOrder,
  { lines: wanted, atMost = false }: Pick<RefundRequest, 'lines' | 'atMost'>,
): Promise<{ fulfilmentId: number; lines: (Part & { lineId: number })[] }> {
  const refunded = await refundedParts(tx, order.id);
  const asked = await tx.refundLine.groupBy({
    by: ['lineId'],
    where: { refund: { orderId: order.id, state: 'requested' } },
    _sum: { quantity: true },
  });
  const covered = await coveredParts(
    tx,
    order.lines.map(({ id }) => id),
  );
  const faults: Fault[] = [];
  const parcels = new Set<number>();
  const lines = wanted.map(({ lineId, quantity }, index) => {
    const line = order.lines.find((candidate) => candidate.id === lineId);
    const repeated = wanted.findIndex((other) => other.lineId === lineId) !== index;
    if (!line || repeated) {
      faults.push({ path: `lines.${index}.lineId`, code: 'notInOrder' });
      return { lineId, quantity, fen: 0, grams: 0 };
    }
    parcels.add(line.fulfilmentId);
    const parcel = order.fulfilments.find((part) => part.id === line.fulfilmentId);
    const standing = standingPart(line, refunded, Boolean(parcel?.receivedAt), covered.get(lineId));
    const left = standing.quantity - (asked.find((row) => row.lineId === lineId)?._sum.quantity ?? 0);
    const taken = atMost ? Math.max(0, Math.min(quantity, left)) : quantity;
    if (taken > left || parcel?.state === 'cancelled')
      faults.push({
        path: `lines.${index}.quantity`,
        code: 'moreThanStands',
        values: { name: line.name, left: Math.max(0, left) },
      });
    return { lineId, ...splitOff(standing, Math.min(taken, standing.quantity)) };
  });
  const some = lines.filter((line) => line.quantity > 0);
  if (parcels.size > 1) faults.push({ path: 'lines', code: 'refundOneParcel' });
  const [fulfilmentId] = parcels;
  if (faults.length > 0 || fulfilmentId === undefined || (atMost && some.length === 0))
    throw new RuleRefusal('badInput', faults.length > 0 ? faults : [{ path: 'lines', code: 'nothingToRefund' }]);
  return { fulfilmentId, lines: atMost ? some : lines };
}
