import { z } from 'zod';
import type { Sql } from '../../db/sql.ts';
import { enqueue } from '../../jobs/outbox.ts';

/** The outbox topic of what operators and suppliers must be told of a flagged price. */
export const PRICE_CHANGED = 'price.changed';

export const priceChanged = z.object({
  what: z.enum(['flagged', 'answered', 'accepted', 'asked', 'refused']),
  changeId: z.number().int(),
});

export type PriceChanged = z.infer<typeof priceChanged>;

export function tellOfPrice(tx: Sql, change: PriceChanged): Promise<void> {
  return enqueue(tx, PRICE_CHANGED, [change]);
}
