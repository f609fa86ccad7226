import { type Actor, suppliersServedBy } from '../accounts/actor.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Prisma } from '../db/generated/client.ts';
import { NotFound } from '../shared/errors.ts';

const shown = {
  ...{ id: true, traceCode: true, producedOn: true, expiresOn: true, quantity: true, available: true },
  ...{ conformityNumber: true, recalledAt: true, coming: true },
  product: {
    select: {
      ...{ placeId: true, netGrams: true, spec: true, specEn: true, saleUnit: true, saleUnitEn: true },
      family: { select: { name: true, nameEn: true } },
      supplier: { select: { name: true, nameEn: true } },
    },
  },
} satisfies Prisma.BatchSelect;

export type LabelBatch = Prisma.BatchGetPayload<{ select: typeof shown }>;

/** Batches of the actor's suppliers, newest first, beyond the key of the last one seen. */
export function listOwnBatches(db: PrismaClient, actor: Actor, beforeId: number | null, take: number) {
  return db.batch.findMany({
    where: {
      product: { supplierId: { in: suppliersServedBy(actor) } },
      ...(beforeId ? { id: { lt: beforeId } } : {}),
    },
    orderBy: { id: 'desc' },
    take,
    select: shown,
  });
}

/** A batch of one of the actor's suppliers; everybody else gets NotFound. */
export async function findOwnBatch(db: PrismaClient, actor: Actor, id: number): Promise<LabelBatch> {
  const batch = await db.batch.findFirst({
    where: { id, product: { supplierId: { in: suppliersServedBy(actor) } } },
    select: shown,
  });
  if (!batch) throw new NotFound();
  return batch;
}
