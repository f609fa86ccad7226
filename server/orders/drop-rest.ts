import type { Actor } from '../accounts/actor.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { NotFound, RuleRefusal } from '../shared/errors.ts';
import type { Fulfilled } from './book-receipt.ts';
import { coldProducts, type GoodsKind } from './cold-chain.ts';
import { type Dropping, dropShares } from './drop-shares.ts';
import { lockFulfilment } from './lock-order.ts';
import { mayDropRest } from './order-policy.ts';
import { nextFulfilmentState } from './order-states.ts';
import { restOfParcel, shippableShares } from './parcel-rest.ts';
import { refundedParts } from './refunded-parts.ts';

export interface RestCancellation {
  /** told to the buyer */
  reason: string;
  /** the goods are there and can be sold to others */
  backOnShelf: boolean;
  /** none: all that was not shipped */
  only?: GoodsKind | undefined;
}

/**
 * The supplier cannot deliver the rest of a parcel that went in part, or the operator ends the waiting for it: what was not shipped is reversed, no longer owed, due back when it
 * was paid, and free of its caps (rules 4, 10), on a receipt of its own kind. Freight stays with what was delivered. Refuses another
 * supplier with 404, a parcel that did not go in part with 409, and no reason.
 */
export async function dropRest(
  db: PrismaClient,
  actor: Actor,
  fulfilmentId: number,
  cancellation: RestCancellation,
  at: Date,
): Promise<number> {
  return inTransaction(db, (tx) => dropRestOf(tx, actor, fulfilmentId, cancellation, at));
}

/** The same within the caller's transaction. */
export async function dropRestOf(
  tx: Tx,
  actor: Actor,
  fulfilmentId: number,
  { reason, backOnShelf, only }: RestCancellation,
  at: Date,
): Promise<number> {
  const fulfilled = await lockFulfilment(tx, fulfilmentId);
  const { fulfilment } = fulfilled;
  if (!mayDropRest(actor, fulfilment)) throw new NotFound();
  nextFulfilmentState(fulfilment.state, 'drop_rest');
  if (reason === '') throw new RuleRefusal('badInput', [{ path: 'reason', code: 'reasonNeeded' }]);
  return dropWholeRest(tx, fulfilled, { actorId: actor.id, reason, backOnShelf, only }, at);
}

/**
 * Whoever gives it up: all that a parcel that went in part still lacks, or only what it lacks of cold-chain goods or of the others.
 * Under the order's lock. Both sides are told. Returns the receipt's id.
 */
export async function dropWholeRest(
  tx: Tx,
  fulfilled: Fulfilled,
  { only, ...dropping }: Dropping & { only?: GoodsKind | undefined },
  at: Date,
): Promise<number> {
  const { order, fulfilment, lines } = fulfilled;
  const rest = await restOfParcel(tx, fulfilment.id, lines, await refundedParts(tx, order.id));
  const cold = await coldProducts(tx, lines);
  const ofKind = lines.filter(({ productId }) => only === undefined || cold.has(productId) === (only === 'cold'));
  const left = await shippableShares(tx, rest);
  const shares = left.filter(({ lineId }) => ofKind.some(({ id }) => id === lineId));
  const receiptId = await dropShares(tx, fulfilled, rest, shares, dropping, at);
  await enqueue(tx, 'fulfilment.rest_dropped', [{ receiptId }]);
  return receiptId;
}
