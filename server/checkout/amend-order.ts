import type { Actor } from '../accounts/actor.ts';
import type { Wish } from '../cart/quote.ts';
import type { PrismaClient } from '../db/client.ts';
import { mayAmend } from '../orders/amendable.ts';
import type { DeliveryAddress } from '../orders/create-order.ts';
import type { DeliveryWish } from '../orders/delivery/choose-window.ts';
import { findOrder, type WholeOrder } from '../orders/order-queries.ts';
import { boughtLines } from '../orders/repeat-order.ts';
import { dayFromColumn } from '../shared/days.ts';
import { NotFound, StateConflict } from '../shared/errors.ts';
import { submitOrder } from './submit-order.ts';

export interface Amendment extends DeliveryAddress {
  lines: Wish[];
  note: string | null;
}

/** A returned order for a buyer of its unit who may amend it, without its gifts. Throws NotFound; StateConflict `amendedAlready` once it was resubmitted. */
export async function findReturned(db: PrismaClient, actor: Actor, orderId: number): Promise<WholeOrder> {
  const order = await findOrder(db, actor, orderId);
  if (mayAmend(actor, order)) return { ...order, lines: boughtLines(order.lines) };
  if (order.amendedBy && mayAmend(actor, { ...order, amendedBy: null })) throw new StateConflict('amendedAlready');
  throw new NotFound();
}

/**
 * Resubmits a returned order as it was amended: a new order for the same unit, funding source and payment that names the old one, at
 * today's prices, which goes the whole way of a unit's order (threshold, approval, credit, caps, stock; rule 26). Once only: pressed
 * twice or by two buyers at once, the first stands and the second gets its id or the refusal. Refuses as submitOrder does.
 */
export async function amendOrder(
  db: PrismaClient,
  actor: Actor,
  orderId: number,
  amendment: Amendment,
  now: Date,
): Promise<number> {
  const checkoutKey = `amends-${orderId}`;
  const done = await db.order.findUnique({ where: { amendsId: orderId }, select: { id: true, buyerId: true } });
  if (done?.buyerId === actor.id) return done.id;
  const returned = await findReturned(db, actor, orderId);
  const { unitId, fundingSource, paymentWay, channel, zoneId } = returned;
  const terms = { unitId, fundingSource, paymentWay, channel, zoneId, checkoutKey, expectedTotalFen: null };
  return submitOrder(
    db,
    actor,
    { ...terms, ...amendment, ...sameCanteen(returned, amendment), amendsId: orderId },
    now,
  );
}

/** Still to the canteen, as long as the address is its own; on a later day where the day has become too early. */
function sameCanteen(order: WholeOrder, { recipient, region, address }: Amendment): DeliveryWish {
  if (order.recipient !== recipient || order.region !== region || order.address !== address) return {};
  const { canteenId, deliverOn } = order;
  return { canteenId, deliverOn: deliverOn && dayFromColumn(deliverOn), orLater: true };
}
