import { z } from 'zod';

/** The outbox topic of an inspection report that failed. */
export const BATCH_FAILED = 'batch.failed';
export const batchFailed = z.object({ inspectionId: z.number().int() });
export type BatchFailed = z.output<typeof batchFailed>;
