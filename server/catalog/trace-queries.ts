import { fast, type PrismaClient } from '../db/client.ts';
import { type Day, dayFromColumn, dayOf } from '../shared/days.ts';
import { NotFound } from '../shared/errors.ts';
import { certificationHeldBy } from '../suppliers/certification-held.ts';
import { type Benefit, findBenefits, findMarks, type Mark } from '../suppliers/supplier-queries.ts';
import type { HeldCertification, Inspection } from './product-queries.ts';

export interface Trace {
  batchId: number;
  code: string;
  producedOn: Day;
  expiresOn: Day | null;
  quantity: number;
  conformityNumber: string | null;
  conformityFileId: number | null;
  note: string | null;
  /** its day of entry into the market, and the day on which somebody first ordered of it; null: nobody yet */
  listedOn: Day;
  firstOrderedOn: Day | null;
  /** its latest inspection failed: not sold until a later one passes */
  hasFailed: boolean;
  recall: { id: number | null; on: Day; reason: string | null } | null;
  product: {
    id: number;
    code: string;
    name: string;
    nameEn: string;
    spec: string;
    specEn: string;
    saleUnit: string;
    saleUnitEn: string;
    netGrams: number;
    categoryId: number;
    placeId: number;
    isMadeUp: boolean;
  };
  supplier: { id: number; code: string; name: string; nameEn: string; placeId: number };
  certifications: HeldCertification[];
  marks: Mark[];
  inspections: (Inspection & { fileId: number | null })[];
  benefits: Benefit[];
}

interface TraceRow {
  batchId: number;
  traceCode: string;
  producedOn: Date;
  expiresOn: Date | null;
  quantity: number;
  conformityNumber: string | null;
  conformityFileId: number | null;
  note: string | null;
  createdAt: Date;
  firstOrderedAt: Date | null;
  recalledAt: Date | null;
  failedAt: Date | null;
  recallId: number | null;
  recallReason: string | null;
  productId: number;
  productCode: string;
  familyId: number;
  name: string;
  nameEn: string;
  spec: string;
  specEn: string;
  saleUnit: string;
  saleUnitEn: string;
  netGrams: number;
  categoryId: number;
  placeId: number;
  isMadeUp: number | boolean;
  supplierId: number;
  supplierCode: string;
  supplierName: string;
  supplierNameEn: string;
  supplierPlaceId: number;
  certificationId: number | null;
  supplierCertificationId: number | null;
}

/** A batch by its trace code, with place, supplier, certificates and inspections, for anyone (rule 18). Five statements. Throws NotFound. */
export async function findTrace(db: PrismaClient, code: string, today: Day): Promise<Trace> {
  const [row] = await fast(db).$queryRaw<TraceRow[]>`
    SELECT b.id AS batchId, b.traceCode, b.producedOn, b.expiresOn, b.quantity, b.conformityNumber, b.conformityFileId, b.note, b.createdAt,
      b.recalledAt, b.failedAt, (SELECT m.at FROM stock_movement m WHERE m.batchId = b.id AND m.event = 'held' ORDER BY m.source, m.sourceId LIMIT 1) AS firstOrderedAt,
      r.id AS recallId, r.reason AS recallReason,
      p.id AS productId, p.code AS productCode, p.familyId, f.name, f.nameEn, p.spec, p.specEn, p.saleUnit, p.saleUnitEn, p.netGrams, p.categoryId,
      p.placeId, f.isMadeUp, s.id AS supplierId, s.code AS supplierCode, s.name AS supplierName, s.nameEn AS supplierNameEn,
      s.placeId AS supplierPlaceId, ${certificationHeldBy('product', today)} AS certificationId,
      ${certificationHeldBy('supplier', today)} AS supplierCertificationId
    FROM batch b JOIN product p ON p.id = b.productId JOIN product_family f ON f.id = p.familyId JOIN supplier s ON s.id = p.supplierId
    LEFT JOIN recall r ON r.batchId = b.id WHERE b.traceCode = ${code}`;
  if (!row) throw new NotFound('unknownTraceCode');
  const [certifications, inspections, benefits, marks] = await Promise.all([
    findHeld(db, [row.certificationId, row.supplierCertificationId]),
    findInspections(db, row.batchId),
    findBenefits(db, row.supplierId),
    findMarks(db, row.supplierId, row.familyId, today),
  ]);
  return { ...traceOf(row), certifications, inspections, benefits, marks };
}

function traceOf(row: TraceRow): Omit<Trace, 'certifications' | 'inspections' | 'benefits' | 'marks'> {
  const { traceCode, producedOn, expiresOn, quantity, conformityNumber, conformityFileId, note } = row;
  const { recalledAt, recallId, recallReason, createdAt, firstOrderedAt } = row;
  const { name, nameEn, spec, specEn, saleUnit, saleUnitEn, netGrams, categoryId, placeId } = row;
  return {
    batchId: row.batchId,
    code: traceCode,
    producedOn: dayFromColumn(producedOn),
    expiresOn: expiresOn && dayFromColumn(expiresOn),
    quantity,
    conformityNumber,
    conformityFileId,
    note,
    listedOn: dayOf(createdAt),
    firstOrderedOn: firstOrderedAt && dayOf(firstOrderedAt),
    hasFailed: row.failedAt !== null,
    recall: recalledAt && { id: recallId, on: dayOf(recalledAt), reason: recallReason },
    product: {
      id: row.productId,
      code: row.productCode,
      name,
      nameEn,
      spec,
      specEn,
      saleUnit,
      saleUnitEn,
      netGrams,
      categoryId,
      placeId,
      isMadeUp: Boolean(row.isMadeUp),
    },
    supplier: {
      id: row.supplierId,
      code: row.supplierCode,
      name: row.supplierName,
      nameEn: row.supplierNameEn,
      placeId: row.supplierPlaceId,
    },
  };
}

async function findHeld(db: PrismaClient, ids: readonly (number | null)[]): Promise<HeldCertification[]> {
  const rows = await db.certification.findMany({
    where: { id: { in: ids.filter((id) => id !== null) } },
    orderBy: { productId: 'desc' },
  });
  return rows.flatMap(({ productId, number, issuer, validFrom, validUntil }) =>
    validFrom && validUntil
      ? [
          {
            of: productId === null ? ('supplier' as const) : ('product' as const),
            number: number ?? '',
            issuer,
            validFrom: dayFromColumn(validFrom),
            validUntil: dayFromColumn(validUntil),
          },
        ]
      : [],
  );
}

async function findInspections(db: PrismaClient, batchId: number): Promise<Trace['inspections']> {
  const rows = await db.inspectionReport.findMany({
    where: { batchId },
    select: { lab: true, number: true, issuedOn: true, passed: true, summary: true, fileId: true },
    orderBy: [{ issuedOn: 'desc' }, { id: 'desc' }],
  });
  return rows.map((row) => ({ ...row, issuedOn: dayFromColumn(row.issuedOn) }));
}

/** A file that a batch's page shows: its conformity certificate or one of its inspection reports; null for any other file. */
export function findTraceFile(db: PrismaClient, code: string, fileId: number) {
  const batch = { traceCode: code };
  return db.file.findFirst({
    where: { id: fileId, OR: [{ batches: { some: batch } }, { inspections: { some: { batch } } }] },
    select: { sha256: true, name: true, mime: true, bytes: true },
  });
}
