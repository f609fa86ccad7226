import type { Tx } from '../db/client.ts';
import type { HeldShare } from './held-shares.ts';
import type { Part, RefundedPart } from './line-parts.ts';
import type { LockedOrder } from './lock-order.ts';
import { restOfParcel, shippableShares } from './parcel-rest.ts';

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
