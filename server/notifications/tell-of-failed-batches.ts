import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import type { BatchFailed } from '../workbench/batches/batch-failed.ts';
import { type Notice, notify } from './notify.ts';

/** Tells operators of each inspection that a batch failed, once, with the page that begins its recall. */
export async function tellOfFailedBatches(db: PrismaClient, failed: readonly BatchFailed[], today: Day): Promise<void> {
  const day = dayToColumn(today);
  const grants = await db.roleGrant.findMany({
    where: { role: 'operator', since: { lte: day }, OR: [{ until: null }, { until: { gt: day } }] },
    select: { userId: true },
  });
  const people = [...new Set(grants.map(({ userId }) => userId))];
  for (const { inspectionId } of failed) {
    const report = await db.inspectionReport.findUnique({ where: { id: inspectionId }, include: WHOSE });
    if (!report) continue;
    const { batch, lab, number } = report;
    const { family, supplier } = batch.product;
    const mayBeRecalled = batch.recalledAt === null && !batch.coming;
    await notify(
      db,
      people.map(
        (userId): Notice => ({
          ...{ userId, kind: 'batch_failed' },
          data: {
            ...{ name: family.name, nameEn: family.nameEn, supplier: supplier.name, supplierEn: supplier.nameEn },
            ...{ code: batch.traceCode, lab, number },
          },
          link: mayBeRecalled ? pathTo('recallBatch', { id: batch.id }) : pathTo('trace', { code: batch.traceCode }),
          dedupeKey: `batch.failed ${inspectionId}`,
        }),
      ),
    );
  }
}

const WHOSE = {
  batch: {
    select: {
      ...{ id: true, traceCode: true, recalledAt: true, coming: true },
      product: {
        select: {
          family: { select: { name: true, nameEn: true } },
          supplier: { select: { name: true, nameEn: true } },
        },
      },
    },
  },
} as const;
