import { z } from 'zod';
import type { Sql } from '../../db/sql.ts';
import { enqueue } from '../../jobs/outbox.ts';

/** The outbox topic of what people must be told of events, intentions and framework agreements. */
export const MATCHING_CHANGED = 'matching.changed';

/** When, where, of whose goods and for whom an event is held. */
const eventTerms = z.object({
  ...{ heldOn: z.string(), intentionsUntil: z.string(), venue: z.string() },
  ...{ placeId: z.number().int().nullable(), groupId: z.number().int().nullable() },
});
export type EventTerms = z.infer<typeof eventTerms>;

/** What was done with an event, as it was then: messages are written later, when it may have changed again. */
const eventChanged = z.object({
  what: z.enum(['event_announced', 'event_changed', 'event_cancelled']),
  eventId: z.number().int(),
  /** names the change, once and for all */
  change: z.string(),
  byId: z.number().int(),
  terms: eventTerms,
  /** what it was before a change */
  before: eventTerms.optional(),
  /** of cancelling */
  reason: z.string().optional(),
});
export type EventChanged = z.infer<typeof eventChanged>;

export const matchingChanged = z.discriminatedUnion('what', [
  z.object({ what: z.enum(['intended', 'intention_declined']), intentionId: z.number().int() }),
  z.object({ what: z.enum(['proposed', 'signed', 'declined', 'ended']), agreementId: z.number().int() }),
  eventChanged,
]);

export type MatchingChanged = z.infer<typeof matchingChanged>;

export function tellLater(tx: Sql, change: MatchingChanged): Promise<void> {
  return enqueue(tx, MATCHING_CHANGED, [change]);
}
