import { z } from 'zod';
import type { Sql } from '../../db/sql.ts';
import { enqueue } from '../../jobs/outbox.ts';

/** The outbox topic of what people must be told of a coming batch. */
export const HARVEST_CHANGED = 'harvest.changed';

export const harvestChanged = z.object({
  what: z.enum(['closed', 'ready', 'short', 'failed']),
  harvestId: z.number().int(),
  /** of a buyer's message; null: to the supplier */
  orderId: z.number().int().nullable(),
  quantity: z.number().int(),
});

export type HarvestChanged = z.infer<typeof harvestChanged>;

export function tellLater(tx: Sql, ...changes: HarvestChanged[]): Promise<void> {
  return enqueue(tx, HARVEST_CHANGED, changes);
}
