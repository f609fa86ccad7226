import type { Tx } from '../../db/client.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { type Day, dayOf, dayToColumn } from '../../shared/days.ts';
import { RuleRefusal } from '../../shared/errors.ts';
import { BATCH_FAILED } from './batch-failed.ts';

export interface InspectionInput {
  lab: string;
  number: string;
  issuedOn: Day;
  summary: string;
  passed: boolean;
}

/**
 * Keeps a batch's inspection report and, under the batch's row, takes it off sale when the latest one by its day, then by entry, failed, or
 * puts it back when that one passed (see takeStock). Operators are told of one that failed. Refuses a day to come by field.
 */
export async function recordInspection(
  tx: Tx,
  batchId: number,
  { issuedOn, ...report }: InspectionInput & { fileId: number | null },
  at: Date,
): Promise<void> {
  if (issuedOn > dayOf(at)) throw new RuleRefusal('badInput', [{ path: 'issuedOn', code: 'dayIsToCome' }]);
  await tx.$queryRaw`SELECT id FROM batch WHERE id = ${batchId} FOR UPDATE`;
  const { id: inspectionId } = await tx.inspectionReport.create({
    data: { ...report, batchId, issuedOn: dayToColumn(issuedOn) },
    select: { id: true },
  });
  await tx.$executeRaw`
    UPDATE batch b SET b.failedAt = IF((SELECT i.passed FROM inspection_report i WHERE i.batchId = b.id
      ORDER BY i.issuedOn DESC, i.id DESC LIMIT 1), NULL, COALESCE(b.failedAt, ${at}))
    WHERE b.id = ${batchId}`;
  if (!report.passed) await enqueue(tx, BATCH_FAILED, [{ inspectionId }]);
}
