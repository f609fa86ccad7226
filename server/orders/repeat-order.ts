import type { Actor } from '../accounts/actor.ts';
import { createList } from '../cart/create-list.ts';
import { linesIntoCart, type PutResult } from '../cart/list-into-cart.ts';
import type { PrismaClient } from '../db/client.ts';
import { dayOf } from '../shared/days.ts';
import { NotFound } from '../shared/errors.ts';
import { findOrder } from './order-queries.ts';

/** Without what campaigns gave. */
export function boughtLines<T extends { isGift: boolean }>(lines: readonly T[]): T[] {
  return lines.filter(({ isGift }) => !isGift);
}

/**
 * Puts an order's goods into the cart that they came from, in place of what it holds of them, and tells what changed since: prices,
 * goods that are gone, sold out or short. Returns the unit's code with it.
 */
export async function repeatOrder(
  db: PrismaClient,
  actor: Actor,
  orderId: number,
  at: Date,
): Promise<{ unit: string | undefined; result: PutResult }> {
  const order = await findOrder(db, actor, orderId);
  const forUnit = order.fundingSource !== 'individual' ? order.unit : null;
  const lines = boughtLines(order.lines).map(({ productId, quantity, note, unitPriceFen }) => ({
    ...{ productId, quantity, note },
    formerFen: unitPriceFen,
  }));
  const result = await linesIntoCart(db, actor, forUnit?.id ?? null, { lines, mode: 'replace', today: dayOf(at) });
  return { unit: forUnit?.code, result };
}

/** Keeps a unit order's goods as a purchase list of the unit, named as told. Returns the list's id. Refuses as createList does. */
export async function listOfOrder(
  db: PrismaClient,
  actor: Actor,
  orderId: number,
  name: string,
  at: Date,
): Promise<number> {
  const { unitId, fundingSource, lines } = await findOrder(db, actor, orderId);
  if (unitId === null || fundingSource === 'individual') throw new NotFound();
  return createList(db, actor, { unitId, name, lines: boughtLines(lines) }, at);
}
