import { audit } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import { cancelByMarket } from './cancel-order.ts';
import { grantRefund } from './grant-refund.ts';
import { heldShares } from './held-shares.ts';
import { type Part, splitOff, standingPart } from './line-parts.ts';
import type { LockedOrder } from './lock-order.ts';
import { refundedFreightOfParcel, refundedParts } from './refunded-parts.ts';

/**
 * Leaves an order of one line with so many units and gives the rest back in the market's own name, before anything was shipped: money,
 * tally, caps and stock exactly (rule 4), the freight with the last of it. Returns how many units went back. The caller holds the
 * order's lock.
 */
export async function takeBackAllBut(
  tx: Tx,
  order: LockedOrder,
  keep: number,
  reason: string,
  at: Date,
): Promise<number> {
  const [line] = order.lines;
  const [fulfilment] = order.fulfilments;
  if (!line || !fulfilment) return 0;
  const refunded = await refundedParts(tx, order.id);
  const standing = standingPart(line, refunded, false);
  const missing = standing.quantity - keep;
  if (missing <= 0) return 0;
  if (keep === 0 && (await cancelByMarket(tx, order, reason, at))) return missing;
  if (order.state !== 'placed' || fulfilment.shippedAt) return 0;
  const part = splitOff(standing, missing);
  await giveBackUnshipped(tx, order, fulfilment, [{ line, part }], { reason, byId: null, isWhole: keep === 0 }, at);
  return missing;
}

interface GivenBack {
  reason: string;
  /** null: the market itself */
  byId: number | null;
  /** nothing of the parcel is left, so that its freight goes back too */
  isWhole: boolean;
}

/** Gives parts of a parcel that was not shipped back at once, as a refund that nobody has to decide. Under the order's lock. */
export async function giveBackUnshipped(
  tx: Tx,
  order: LockedOrder,
  fulfilment: LockedOrder['fulfilments'][number],
  parts: readonly { line: LockedOrder['lines'][number]; part: Part }[],
  { reason, byId, isWhole }: GivenBack,
  at: Date,
): Promise<void> {
  const freightFen = isWhole ? fulfilment.freightFen - (await refundedFreightOfParcel(tx, fulfilment.id)) : 0;
  const goodsFen = parts.reduce((sum, { part }) => sum + part.fen, 0);
  const refund = await tx.refund.create({
    data: {
      ...({ orderId: order.id, fulfilmentId: fulfilment.id, state: 'approved', reason, goodsFen } as const),
      ...{ requestedById: byId, requestedAt: at, decidedAt: at },
      lines: {
        create: parts.map(({ line, part }) => ({ lineId: line.id, requestedQuantity: part.quantity, ...part })),
      },
    },
    include: { lines: true },
  });
  const lines = parts.map(({ line, part }) => ({ lineId: line.id, ...part }));
  await audit(tx, {
    ...{ at, actorId: byId, action: 'refund.approve', subjectType: 'refund', subjectId: refund.id },
    ...{ unitId: order.unitId, reason, after: { orderId: order.id, lines, freightFen } },
  });
  const granted = parts.map(({ line, part }) => ({
    ...{ ...part, lineId: line.id, productId: line.productId, restocked: part.quantity },
    refundLineId: refund.lines.find(({ lineId }) => lineId === line.id)?.id ?? 0,
  }));
  const held = await heldShares(
    tx,
    parts.map(({ line }) => line.id),
  );
  await grantRefund(
    tx,
    { order, refund, fulfilment, lines: order.lines },
    { lines: granted, outstanding: true, isWhole, freightFen, held },
    at,
  );
}
