import { audit } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import { cancelByMarket } from './cancel-order.ts';
import { grantRefund } from './grant-refund.ts';
import { heldShares } from './held-shares.ts';
import { splitOff, standingPart } from './line-parts.ts';
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
  const freightFen = keep === 0 ? fulfilment.freightFen - (await refundedFreightOfParcel(tx, fulfilment.id)) : 0;
  const refund = await tx.refund.create({
    data: {
      ...({ orderId: order.id, fulfilmentId: fulfilment.id, state: 'approved', reason, goodsFen: part.fen } as const),
      ...{ requestedAt: at, decidedAt: at },
      lines: { create: [{ lineId: line.id, requestedQuantity: missing, ...part }] },
    },
    include: { lines: true },
  });
  await audit(tx, {
    ...{ at, actorId: null, action: 'refund.approve', subjectType: 'refund', subjectId: refund.id },
    ...{
      unitId: order.unitId,
      reason,
      after: { orderId: order.id, lines: [{ lineId: line.id, ...part }], freightFen },
    },
  });
  const [asked] = refund.lines;
  await grantRefund(
    tx,
    { order, refund, fulfilment, lines: order.lines },
    {
      lines: [
        { ...part, refundLineId: asked?.id ?? 0, lineId: line.id, productId: line.productId, restocked: missing },
      ],
      ...{ outstanding: true, isWhole: keep === 0, freightFen },
      held: await heldShares(tx, [line.id]),
    },
    at,
  );
  return missing;
}
