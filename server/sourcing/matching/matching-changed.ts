import { z } from 'zod';
import type { Sql } from '../../db/sql.ts';
import { enqueue } from '../../jobs/outbox.ts';

/** The outbox topic of what people must be told of intentions and framework agreements. */
export const MATCHING_CHANGED = 'matching.changed';

export const matchingChanged = z.discriminatedUnion('what', [
  z.object({ what: z.enum(['intended', 'intention_declined']), intentionId: z.number().int() }),
  z.object({ what: z.enum(['proposed', 'signed', 'declined', 'ended']), agreementId: z.number().int() }),
]);

export type MatchingChanged = z.infer<typeof matchingChanged>;

export function tellLater(tx: Sql, change: MatchingChanged): Promise<void> {
  return enqueue(tx, MATCHING_CHANGED, [change]);
}
