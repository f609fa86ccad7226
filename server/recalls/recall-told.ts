import { z } from 'zod';

/** The outbox topic of a recall that began or was closed. */
export const RECALL_CHANGED = 'recall.changed';
export const recallChange = z.object({ recallId: z.number().int(), what: z.enum(['begun', 'closed']) });
export type RecallChange = z.output<typeof recallChange>;

/** The outbox topic of what became of an order's goods of a recalled batch. */
export const RECALL_LINE = 'recall.line';
export const recallLineDone = z.object({
  recallLineId: z.number().int(),
  /** the buyer registered a return, refunded by this */
  refundId: z.number().int().optional(),
  /** the supplier noted that some came back */
  arrivalId: z.number().int().optional(),
});
export type RecallLineDone = z.output<typeof recallLineDone>;
