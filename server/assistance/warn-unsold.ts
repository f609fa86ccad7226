import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { dayOf } from '../shared/days.ts';
import { type LaggingBatch, laggingBatches } from './lagging-stock.ts';
import { UNSOLD_CHANGED } from './unsold-told.ts';

/**
 * Raises a warning for each batch that lags and has none, keeps the figures of those that go on, and ends those that no longer lag, by
 * sale, recall or time (rule 20). Running again changes nothing.
 */
export async function warnOfUnsold(db: PrismaClient, now: Date): Promise<void> {
  const lagging = await laggingBatches(db, dayOf(now));
  const open = await db.unsoldWarning.findMany({
    where: { state: { in: ['open', 'called'] } },
    select: { id: true, batchId: true },
  });
  const still = new Set(lagging.map(({ batchId }) => batchId));
  const solved = open.filter(({ batchId }) => !still.has(batchId)).map(({ id }) => id);
  if (solved.length > 0)
    await db.unsoldWarning.updateMany({
      where: { id: { in: solved }, state: { in: ['open', 'called'] } },
      data: { state: 'solved', solvedAt: now },
    });
  for (const batch of lagging) await keepWarning(db, batch, now);
}

async function keepWarning(db: PrismaClient, batch: LaggingBatch, now: Date): Promise<void> {
  const { batchId, supplierId, coverDays, daysToSpoil } = batch;
  await inTransaction(db, async (tx) => {
    // One at a time for a batch, so that two runs raise one warning.
    await tx.$queryRaw`SELECT id FROM batch WHERE id = ${batchId} FOR UPDATE`;
    const { count } = await tx.unsoldWarning.updateMany({
      where: { batchId, state: { in: ['open', 'called'] } },
      data: { coverDays, daysToSpoil },
    });
    if (count > 0) return;
    const { id } = await tx.unsoldWarning.create({
      data: { batchId, supplierId, coverDays, daysToSpoil, raisedAt: now },
      select: { id: true },
    });
    await enqueue(tx, UNSOLD_CHANGED, [{ warningId: id, what: 'raised', unitIds: [] }]);
  });
}
