import { z } from 'zod';
import { decodeCursor } from '../../shared/pagination.ts';

const id = z.coerce.number().int().positive().max(2_147_483_647);
const reason = z.string().trim().min(1, 'required').max(500);
const note = z.string().trim().max(500).default('');
const cursor = z
  .string()
  .max(200)
  .refine((text) => decodeCursor(text, 1) !== null, 'malformed');

/** Names one purchase: an order, an offline purchase (or a line of it), a line of another platform's list. */
export const purchaseQuery = z.object({
  order: id.optional().catch(undefined),
  offline: id.optional().catch(undefined),
  offlineLine: id.optional().catch(undefined),
  external: id.optional().catch(undefined),
});

export const moveForm = purchaseQuery.extend({ toUnit: z.string().trim().min(1, 'required').max(64), reason });

export const moveBody = z
  .strictObject({
    orderId: id.optional(),
    offlinePurchaseId: id.optional(),
    externalPurchaseId: id.optional(),
    toUnit: z.string().trim().min(1, 'required').max(64),
    reason,
  })
  .refine(
    ({ orderId, offlinePurchaseId, externalPurchaseId }) =>
      [orderId, offlinePurchaseId, externalPurchaseId].filter((one) => one !== undefined).length === 1,
    { message: 'onePurchase', path: ['orderId'] },
  );

export const approvalForm = z.object({ note });
export const refusalForm = z.object({ refusalReason: reason });

export const approvalBody = z.strictObject({ note });
export const refusalBody = z.strictObject({ reason });

export const moveStates = z.enum(['requested', 'approved', 'refused']);

export const movesQuery = z.strictObject({
  state: moveStates.optional(),
  cursor: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

export const movesPageQuery = z.object({
  state: moveStates.optional().catch(undefined),
  cursor: cursor.optional().catch(undefined),
});

export const moveParams = z.object({ id });
