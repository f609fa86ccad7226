import { z } from 'zod';
import type { Tx } from '../db/client.ts';
import { enqueue } from '../jobs/outbox.ts';

export const PRODUCT_CHANGED = 'product.changed';

export const productChanged = z.object({ productId: z.number().int() });

/** Notes in the fact's transaction that what lists and search show of these products has changed: price, text, state, stock in or out. */
export async function noteChangedProducts(tx: Tx, ids: readonly number[]): Promise<void> {
  await enqueue(
    tx,
    PRODUCT_CHANGED,
    [...new Set(ids)].map((productId) => ({ productId })),
  );
}
