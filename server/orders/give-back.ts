import { audit } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import { giftsGivenUp, leavesNothing } from './gifts-given-up.ts';
import { grantRefund } from './grant-refund.ts';
import type { HeldShare } from './held-shares.ts';
import { type Part, splitOff, standingPart } from './line-parts.ts';
import type { LockedOrder } from './lock-order.ts';
import { coveredParts } from './parcel-rest.ts';
import { refundedFreightOfParcel, refundedParts } from './refunded-parts.ts';

type Line = LockedOrder['lines'][number];

export interface GivenBack {
  /** of one parcel: units of sale, at most what stands of each line */
  parts: readonly { line: Line; quantity: number }[];
  /** in the market's own words, as `reasonText` reads them, or as somebody wrote it */
  reason: string;
  /** who asked for it; null: the market itself */
  byId: number | null;
  /** where it goes back on the shelf; empty: it does not */
  held: HeldShare[];
}

/** A gift costs and weighs nothing. */
export function partOfGift({ id, productId }: Pick<Line, 'id' | 'productId'>, quantity: number) {
  return { quantity, fen: 0, grams: 0, lineId: id, productId, isGift: true };
}

/** What still stands of a parcel's lines, as refunds see it. */
export async function standingParts(
  tx: Tx,
  order: LockedOrder,
  fulfilmentId: number,
): Promise<ReadonlyMap<number, Part>> {
  const fulfilment = order.fulfilments.find(({ id }) => id === fulfilmentId);
  const lines = order.lines.filter((line) => line.fulfilmentId === fulfilmentId);
  const refunded = await refundedParts(tx, order.id);
  const covered = await coveredParts(
    tx,
    lines.map(({ id }) => id),
  );
  const isReceived = Boolean(fulfilment?.receivedAt);
  return new Map(lines.map((line) => [line.id, standingPart(line, refunded, isReceived, covered.get(line.id))]));
}

/**
 * A refund that nobody decides: so many units of a parcel's lines go back to the buyer at once, with money, tally and caps exactly (rule
 * 4), and the parcel's freight, and gifts that did not leave yet, with the last of what was bought. The caller holds the order's lock. Returns the refund's id.
 */
export async function giveBack(
  tx: Tx,
  order: LockedOrder,
  fulfilment: LockedOrder['fulfilments'][number],
  { parts, reason, byId, held }: GivenBack,
  at: Date,
): Promise<number> {
  const outstanding = fulfilment.receivedAt === null;
  const standing = await standingParts(tx, order, fulfilment.id);
  const given = parts.map(({ line, quantity }) => ({
    ...splitOff(standing.get(line.id) ?? { quantity: 0, fen: 0, grams: 0 }, quantity),
    ...{ lineId: line.id, productId: line.productId, isGift: line.isGift },
  }));
  const parcel = order.lines.filter((line) => line.fulfilmentId === fulfilment.id);
  const refunded = await refundedParts(tx, order.id);
  const gifts = await giftsGivenUp(tx, fulfilment, parcel, { standing, refunded, given });
  const isWhole = leavesNothing(parcel, standing, given) && (outstanding || fulfilment.state === 'received');
  const freightFen = isWhole ? fulfilment.freightFen - (await refundedFreightOfParcel(tx, fulfilment.id)) : 0;
  const all = [...given, ...gifts.map(({ line, quantity }) => partOfGift(line, quantity))];
  const lines = all.map(({ productId: _product, isGift: _gift, ...line }) => line);
  const refund = await tx.refund.create({
    data: {
      ...({ orderId: order.id, fulfilmentId: fulfilment.id, state: 'approved', reason } as const),
      ...{ goodsFen: given.reduce((total, { fen }) => total + fen, 0) },
      ...{ requestedById: byId, requestedAt: at, decidedAt: at },
      lines: { create: lines.map((line) => ({ ...line, requestedQuantity: line.quantity })) },
    },
    include: { lines: true },
  });
  await audit(tx, {
    ...{ at, actorId: byId, action: 'refund.approve', subjectType: 'refund', subjectId: refund.id },
    ...{ unitId: order.unitId, reason, after: { orderId: order.id, lines, freightFen } },
  });
  const granted = all.map((part) => ({
    ...{ ...part, restocked: held.length > 0 || !given.includes(part) ? part.quantity : 0 },
    refundLineId: refund.lines.find(({ lineId }) => lineId === part.lineId)?.id ?? 0,
  }));
  await grantRefund(
    tx,
    { order, refund, fulfilment, lines: order.lines },
    { lines: granted, outstanding, isWhole, freightFen, held: [...held, ...gifts.flatMap(({ shares }) => shares)] },
    at,
  );
  return refund.id;
}
