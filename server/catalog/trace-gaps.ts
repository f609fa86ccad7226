import { fast, type PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { MarkKind } from '../db/generated/enums.ts';
import { addDays, type Day, dayFromColumn } from '../shared/days.ts';

/** A green, organic or geographic certificate under which no batch is traced (rule 18). */
export interface UntracedMark {
  id: number;
  kind: MarkKind;
  number: string;
  validUntil: Day;
  supplierId: number;
  supplierName: string;
  supplierNameEn: string;
  /** null: of all the supplier's goods */
  familyName: string | null;
  familyNameEn: string | null;
}

const MOST_MARKS = 500;

/** Certificates that keep their holders from being enrolled in tracing on a day, by supplier. */
export async function untracedMarks(db: PrismaClient, today: Day): Promise<UntracedMark[]> {
  const rows = await fast(db).$queryRaw<(Omit<UntracedMark, 'validUntil'> & { validUntil: Date })[]>`
    SELECT m.id, m.kind, m.number, m.validUntil, s.id AS supplierId, s.name AS supplierName, s.nameEn AS supplierNameEn,
      f.name AS familyName, f.nameEn AS familyNameEn
    FROM quality_mark m JOIN supplier s ON s.id = m.supplierId LEFT JOIN product_family f ON f.id = m.familyId
    WHERE m.state = 'confirmed' AND m.validFrom <= ${today} AND m.validUntil >= ${today} AND NOT EXISTS (
      SELECT 1 FROM product p JOIN batch b ON b.productId = p.id
      WHERE p.supplierId = m.supplierId AND (m.familyId IS NULL OR p.familyId = m.familyId))
    ORDER BY s.id, m.id LIMIT ${MOST_MARKS}`;
  return rows.map((row) => ({ ...row, validUntil: dayFromColumn(row.validUntil) }));
}

/** A batch of edible goods of the last year without a conformity certificate (rule 18). */
export interface BareBatch {
  id: number;
  traceCode: string;
  producedOn: Day;
  available: number;
  supplierId: number;
  supplierName: string;
  supplierNameEn: string;
  name: string;
  nameEn: string;
  spec: string;
  specEn: string;
}

const bare = (today: Day) => Prisma.sql`c.edible AND b.producedOn > ${addDays(today, -365)} AND b.producedOn <= ${today}
  AND COALESCE(b.conformityNumber, '') = ''`;

/** The newest first, beyond the key of the last one seen; of one supplier when named. */
export async function bareBatches(
  db: PrismaClient,
  today: Day,
  { supplierId, beforeId, take }: { supplierId: number | null; beforeId: number | null; take: number },
): Promise<BareBatch[]> {
  const rows = await fast(db).$queryRaw<(Omit<BareBatch, 'producedOn'> & { producedOn: Date })[]>`
    SELECT b.id, b.traceCode, b.producedOn, b.available, s.id AS supplierId, s.name AS supplierName, s.nameEn AS supplierNameEn,
      f.name, f.nameEn, p.spec, p.specEn
    FROM batch b JOIN product p ON p.id = b.productId JOIN category c ON c.id = p.categoryId JOIN product_family f ON f.id = p.familyId
    JOIN supplier s ON s.id = p.supplierId
    WHERE ${bare(today)} ${supplierId ? Prisma.sql`AND p.supplierId = ${supplierId}` : Prisma.empty}
      ${beforeId ? Prisma.sql`AND b.id < ${beforeId}` : Prisma.empty}
    ORDER BY b.id DESC LIMIT ${take}`;
  return rows.map((row) => ({ ...row, producedOn: dayFromColumn(row.producedOn) }));
}

/** What a supplier's batches of the last year lack. */
export interface SupplierGap {
  supplierId: number;
  supplierName: string;
  supplierNameEn: string;
  batches: number;
  bare: number;
}

/** Suppliers with bare batches, the most first. */
export async function bareSuppliers(db: PrismaClient, today: Day): Promise<SupplierGap[]> {
  const rows = await fast(db).$queryRaw<SupplierGap[]>`
    SELECT s.id AS supplierId, s.name AS supplierName, s.nameEn AS supplierNameEn, COUNT(*) AS batches,
      SUM(COALESCE(b.conformityNumber, '') = '') AS bare
    FROM batch b JOIN product p ON p.id = b.productId JOIN category c ON c.id = p.categoryId JOIN supplier s ON s.id = p.supplierId
    WHERE c.edible AND b.producedOn > ${addDays(today, -365)} AND b.producedOn <= ${today}
    GROUP BY s.id, s.name, s.nameEn HAVING bare > 0 ORDER BY bare DESC, s.id LIMIT 500`;
  return rows.map((row) => ({ ...row, batches: Number(row.batches), bare: Number(row.bare) }));
}
