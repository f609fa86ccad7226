import { z } from 'zod';

/** The outbox topic of goods that lag, and of calls for help with them. */
export const UNSOLD_CHANGED = 'unsold.changed';
export const unsoldChange = z.object({
  warningId: z.number().int(),
  what: z.enum(['raised', 'called']),
  /** of a call: the units that are behind and could buy it */
  unitIds: z.array(z.number().int()),
});
export type UnsoldChange = z.output<typeof unsoldChange>;
