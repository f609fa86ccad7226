import { z } from 'zod';

const idText = z
  .string()
  .regex(/^\d{1,9}$/, 'malformed')
  .transform(Number);
const id = z.union([z.int().positive(), idText], 'malformed');
const digits = z
  .string()
  .trim()
  .regex(/^\d{1,9}$/, 'notAQuantity')
  .transform(Number);
const count = z
  .union([z.int(), digits], 'notAQuantity')
  .pipe(z.number().int().min(0, 'notAQuantity').max(1_000_000, 'quantityTooLarge'));

/** A weight as the API gives it: whole grams, up to a thousand tonnes. */
const grams = z.int('malformedWeight').min(0, 'malformedWeight').max(1_000_000_000, 'malformedWeight');

export const orderParams = z.object({ id: idText });

export const orderListQuery = z.object({
  status: z
    .enum([
      'awaiting_approval',
      'awaiting_payment',
      'awaiting_pool',
      'placed',
      'completed',
      'rejected',
      'cancelled',
      'expired',
    ])
    .optional(),
  cursor: z.string().max(200).optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'malformed')
    .transform(Number)
    .pipe(z.number().min(1).max(100))
    .default(20),
});

export const fulfilmentListQuery = z.object({
  state: z.enum(['to_confirm', 'confirmed', 'partly_shipped', 'shipped', 'received', 'cancelled']).optional(),
  cursor: z.string().max(200).optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'malformed')
    .transform(Number)
    .pipe(z.number().min(1).max(100))
    .default(20),
});

export const reasonBody = z.object({ reason: z.string().trim().min(1, 'reasonNeeded').max(500) });
/** The level at which a purchase was seen to wait, as its page's buttons send it. */
export const decisionBody = z.object({ level: z.coerce.number().int().min(1).optional() });
/** POST /approvals/decisions: with a level, only if the purchase still waits there. */
export const decisionsBody = z.strictObject({
  decisions: z
    .array(
      z
        .strictObject({
          orderId: z.int().min(1),
          decision: z.enum(['approve', 'reject', 'return']),
          reason: z.string().trim().min(1).max(500).optional(),
          level: z.int().min(1).optional(),
        })
        .refine(({ decision, reason }) => decision === 'approve' || reason !== undefined, {
          message: 'reasonNeeded',
          path: ['reason'],
        }),
    )
    .min(1)
    .max(200),
});

export const cancellationBody = z.object({ reason: z.string().trim().max(500).default('') });

/** A temperature in degrees Celsius with at most one decimal, into tenths. */
const temperature = z
  .union([z.number().transform(String), z.string().trim()])
  .pipe(z.string().regex(/^-?\d{1,2}(\.\d)?$/, 'malformedTemperature'))
  .transform((text) => Math.round(Number(text) * 10));

const optionalTemperature = z
  .union([z.literal('').transform(() => null), z.null(), temperature], 'malformedTemperature')
  .default(null);

export const shipmentBody = z.object({
  lines: z
    .array(
      z.strictObject({
        lineId: id,
        batchId: id,
        quantity: count.pipe(z.number().min(1, 'notAQuantity')),
        grams: grams.optional(),
      }),
    )
    .max(2000)
    .default([]),
  carrier: z.string().trim().min(1, 'required').max(64),
  trackingNumber: z
    .string()
    .trim()
    .min(1, 'required')
    .max(64)
    .regex(/^[\w-]+$/, 'malformedTracking'),
  temperature: optionalTemperature,
});

export const refundBody = z.object({
  lines: z
    .array(z.strictObject({ lineId: id, quantity: count.pipe(z.number().min(1, 'notAQuantity')) }))
    .min(1, 'nothingToRefund')
    .max(500),
  reason: z.string().trim().min(1, 'reasonNeeded').max(500),
});

export const refundDecisionBody = z.object({
  decision: z.enum(['approve', 'refuse']),
  /** none: all as asked for, nothing of it back on the shelf */
  lines: z
    .array(z.strictObject({ lineId: id, quantity: count, restockedQuantity: count.optional() }))
    .max(500)
    .default([]),
  freightFen: z.int().min(0).max(100_000_000).default(0),
  reason: z.string().trim().max(500).default(''),
});

export const reviewBody = z.object({
  rating: z.union([z.int(), digits], 'ratingNeeded').pipe(z.number().min(1, 'ratingNeeded').max(5, 'ratingNeeded')),
  text: z.string().trim().max(2000).default(''),
});

export const restBody = z.object({
  reason: z.string().trim().min(1, 'reasonNeeded').max(500),
  /** the goods are there and may be sold to others */
  backOnShelf: z.boolean().default(false),
});

export const receiptBody = z.object({
  /** needed when several shipments are on their way */
  shipmentId: id.optional(),
  temperature: optionalTemperature,
  lines: z
    .array(
      z.strictObject({
        lineId: id,
        batchId: id.optional(),
        acceptedQuantity: count,
        acceptedGrams: grams.optional(),
        shortQuantity: count.default(0),
        damagedQuantity: count.default(0),
        note: z.string().trim().max(255).optional(),
      }),
    )
    .max(2000)
    .default([]),
});
