import { z } from 'zod';
import type { Sql } from '../../db/sql.ts';
import { enqueue } from '../../jobs/outbox.ts';

/** The outbox topic of what people must be told of requests and offers. */
export const QUOTE_CHANGED = 'quote.changed';

export const quoteChanged = z.object({
  what: z.enum(['requested', 'offered', 'declined', 'accepted', 'reopened', 'ended']),
  requestId: z.number().int(),
  /** who declined; of offers, whose they are */
  supplierIds: z.array(z.number().int()),
  /** names the fact: the offer, or the order that came of it */
  factId: z.number().int(),
});

export type QuoteChanged = z.infer<typeof quoteChanged>;

export function tellLater(tx: Sql, change: QuoteChanged): Promise<void> {
  return enqueue(tx, QUOTE_CHANGED, [change]);
}
