import { z } from 'zod';
import type { Sql } from '../../db/sql.ts';
import { enqueue } from '../../jobs/outbox.ts';

/** The outbox topic of what certifiers and suppliers must be told of a green, organic or geographic certificate. */
export const MARK_CHANGED = 'mark.changed';

export const markChanged = z.object({
  what: z.enum(['submitted', 'confirmed', 'refused', 'ended']),
  markId: z.number().int(),
  at: z.string(),
});
export type MarkChanged = z.infer<typeof markChanged>;

export function tellOfMark(tx: Sql, what: MarkChanged['what'], markId: number, at: Date): Promise<void> {
  return enqueue(tx, MARK_CHANGED, [{ what, markId, at: at.toISOString() }]);
}
