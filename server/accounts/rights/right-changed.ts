import { z } from 'zod';

/** The outbox topic of a right that was given or ended. */
export const RIGHT_CHANGED = 'right.changed';

export const rightChanged = z.object({
  grantId: z.number().int(),
  what: z.enum(['given', 'ended']),
  reason: z.string().optional(),
});
export type RightChanged = z.infer<typeof rightChanged>;
