import type { Tx } from '../db/client.ts';
import type { HeldShare } from './held-shares.ts';
import type { Part, RefundedPart } from './line-parts.ts';
import type { LockedOrder } from './lock-order.ts';
import { type ParcelRest, restOfParcel, shippableShares } from './parcel-rest.ts';

type Line = LockedOrder['lines'][number];

interface Given {
  lineId: number;
  quantity: number;
}

/** Whether a refund of so much leaves nothing of a parcel: of what was bought, since a gift alone is no parcel, or of anything at all. */
export function leavesNothing(
  lines: readonly Pick<Line, 'id' | 'isGift'>[],
  standing: ReadonlyMap<number, Part>,
  given: readonly Given[],
): boolean {
  const givenOf = (lineId: number) => given.find((one) => one.lineId === lineId)?.quantity ?? 0;
  const isGone = ({ id }: Pick<Line, 'id'>) => (standing.get(id)?.quantity ?? 0) === givenOf(id);
  const bought = lines.filter(({ isGift }) => !isGift);
  return (bought.some(({ id }) => givenOf(id) > 0) && bought.every(isGone)) || lines.every(isGone);
}

export interface GiftGivenUp {
  line: Line;
  quantity: number;
  /** where it goes back on the shelf */
  shares: HeldShare[];
}

/**
 * The gifts of a parcel that no refund names and that are not to be shipped any more, because the refund leaves nothing of what was bought:
 * what has not left yet of each. With anything bought accepted or on its way to be kept they stay. Under the order's lock.
 */
export async function giftsGivenUp(
  tx: Tx,
  fulfilment: { id: number; receivedAt: Date | null },
  lines: readonly Line[],
  {
    standing,
    refunded,
    given,
  }: { standing: ReadonlyMap<number, Part>; refunded: readonly RefundedPart[]; given: readonly Given[] },
): Promise<GiftGivenUp[]> {
  const gifts = lines.filter((line) => line.isGift);
  if (gifts.length === 0 || fulfilment.receivedAt || !leavesNothing(lines, standing, given)) return [];
  if (lines.some((line) => !line.isGift && line.acceptedQuantity > 0)) return [];
  const rest = await restOfParcel(tx, fulfilment.id, gifts, refunded);
  const shares = await shippableShares(tx, rest);
  return gifts.flatMap((line) => {
    const named = given.find(({ lineId, quantity }) => lineId === line.id && quantity > 0);
    const own = shares.filter(({ lineId }) => lineId === line.id);
    const quantity = own.reduce((sum, share) => sum + share.quantity, 0);
    return named || quantity === 0 ? [] : [{ line, quantity, shares: own }];
  });
}

/**
 * What is still to ship of a parcel's gifts where nothing that was bought of it stays the buyer's once these shares are given up: neither
 * accepted nor to arrive.
 */
export async function giftsLeftAlone(
  tx: Tx,
  lines: readonly Line[],
  rest: ParcelRest,
  given: readonly HeldShare[],
): Promise<HeldShare[]> {
  const gifts = lines.filter((line) => line.isGift && !given.some(({ lineId }) => lineId === line.id));
  if (gifts.length === 0) return [];
  const toArrive = (id: number) => rest.lines.find(({ lineId }) => lineId === id)?.toArrive.quantity ?? 0;
  const givenOf = (id: number) =>
    given.filter(({ lineId }) => lineId === id).reduce((sum, { quantity }) => sum + quantity, 0);
  const bought = lines.filter(({ isGift }) => !isGift);
  if (bought.some(({ id, acceptedQuantity }) => acceptedQuantity > 0 || toArrive(id) > givenOf(id))) return [];
  const shares = await shippableShares(tx, rest);
  return shares.filter(({ lineId }) => gifts.some(({ id }) => id === lineId));
}
