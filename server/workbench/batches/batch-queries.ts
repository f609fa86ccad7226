import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { type Day, dayFromColumn } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';

export const BATCH_PARTS = ['stocked', 'soon', 'expired', 'all'] as const;
export type BatchPart = (typeof BATCH_PARTS)[number];

export interface StockedBatch {
  id: number;
  traceCode: string;
  productId: number;
  name: string;
  nameEn: string;
  spec: string;
  specEn: string;
  saleUnit: string;
  saleUnitEn: string;
  productCode: string;
  producedOn: Day;
  expiresOn: Day | null;
  quantity: number;
  available: number;
  conformityNumber: string | null;
  isRecalled: boolean;
  /** its latest inspection failed: not sold until a later one passes */
  hasFailed: boolean;
}

const NEVER = '9999-12-31';

export interface BatchKey {
  expiresOn: string;
  id: number;
}

interface Paging {
  after: BatchKey | null;
  take: number;
  today: Day;
  soon: Day;
  productId?: number | undefined;
}

/** Own batches, first to expire first as they are sold, beyond the key of the last one seen; one statement. */
export async function listOwnStock(
  db: Db,
  actor: Actor,
  part: BatchPart,
  { after, take, today, soon, productId }: Paging,
): Promise<StockedBatch[]> {
  const suppliers = suppliersServedBy(actor);
  if (suppliers.length === 0) return [];
  const key = Prisma.sql`COALESCE(b.expiresOn, ${NEVER})`;
  const conditions = [
    Prisma.sql`p.supplierId IN (${Prisma.join(suppliers)}) AND NOT b.coming`,
    ...(productId ? [Prisma.sql`b.productId = ${productId}`] : []),
    ...(part === 'all' ? [] : [Prisma.sql`b.available > 0`]),
    ...(part === 'stocked' ? [Prisma.sql`(b.expiresOn IS NULL OR b.expiresOn > ${today})`] : []),
    ...(part === 'soon' ? [Prisma.sql`b.expiresOn > ${today} AND b.expiresOn <= ${soon}`] : []),
    ...(part === 'expired' ? [Prisma.sql`b.expiresOn <= ${today}`] : []),
    ...(after
      ? [Prisma.sql`(${key} > ${after.expiresOn} OR (${key} = ${after.expiresOn} AND b.id > ${after.id}))`]
      : []),
  ];
  const rows = await db.$queryRaw<
    (Omit<StockedBatch, 'producedOn' | 'expiresOn' | 'isRecalled' | 'hasFailed'> & {
      producedOn: Date;
      expiresOn: Date | null;
      recalledAt: Date | null;
      failedAt: Date | null;
    })[]
  >`SELECT b.id, b.traceCode, b.productId, f.name, f.nameEn, p.spec, p.specEn, p.saleUnit, p.saleUnitEn, p.code AS productCode, b.producedOn,
      b.expiresOn, b.quantity, b.available, b.conformityNumber, b.recalledAt, b.failedAt
    FROM product p JOIN product_family f ON f.id = p.familyId JOIN batch b ON b.productId = p.id
    WHERE ${Prisma.join(conditions, ' AND ')} ORDER BY ${key}, b.id LIMIT ${take}`;
  return rows.map(({ producedOn, expiresOn, recalledAt, failedAt, ...row }) => ({
    ...row,
    producedOn: dayFromColumn(producedOn),
    expiresOn: expiresOn && dayFromColumn(expiresOn),
    isRecalled: recalledAt !== null,
    hasFailed: failedAt !== null,
  }));
}

/** The key of a batch in that order. */
export function keyOf(batch: StockedBatch): BatchKey {
  return { expiresOn: batch.expiresOn ?? NEVER, id: batch.id };
}

const MOST_MOVEMENTS = 60;

/** An own batch with its papers, what orders hold of it, and its newest movements. Throws NotFound. */
export async function findBatchPage(db: Db, actor: Actor, id: number) {
  const batch = await db.batch.findUnique({
    where: { id },
    include: {
      inspections: { orderBy: [{ issuedOn: 'desc' }, { id: 'desc' }] },
      movements: { orderBy: { id: 'desc' }, take: MOST_MOVEMENTS },
      product: {
        include: {
          family: { select: { name: true, nameEn: true } },
          supplier: { select: { id: true, name: true, nameEn: true } },
        },
      },
    },
  });
  if (!batch || !suppliersServedBy(actor).includes(batch.product.supplierId)) throw new NotFound();
  return batch;
}

export type BatchPage = Awaited<ReturnType<typeof findBatchPage>>;
