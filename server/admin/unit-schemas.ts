import { z } from 'zod';

const chosen = (length: number) => z.string().trim().max(length).optional().catch(undefined);

/** Filters of the register of units; what is no choice is as if it were not there. */
export const unitsQuery = z.object({
  q: chosen(64),
  group: chosen(64),
  place: chosen(64),
  state: z.enum(['active', 'merged', 'dissolved']).optional().catch(undefined),
  cursor: chosen(200),
});
export type UnitsQuery = z.output<typeof unitsQuery>;
