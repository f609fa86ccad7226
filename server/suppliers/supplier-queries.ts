import { fast, type PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { BenefitMode, CertificationState, MarkKind, SupplierKind, SupplierState } from '../db/generated/enums.ts';
import { type Day, dayFromColumn } from '../shared/days.ts';
import { NotFound } from '../shared/errors.ts';
import type { Fen } from '../shared/money.ts';
import { certificationHeldBy } from './certification-held.ts';

export interface Benefit {
  year: number;
  mode: BenefitMode;
  households: number;
  yearlyPayoutFen: Fen;
}

/** A green, organic or geographic-indication certificate. */
export interface Mark {
  kind: MarkKind;
  number: string;
  familyId: number | null;
  validFrom: Day;
  validUntil: Day;
}

/** What a supplier paid farmers, by mode, in its latest year told (rule 19). */
export async function findBenefits(db: PrismaClient, supplierId: number): Promise<Benefit[]> {
  const rows = await fast(db).$queryRaw<Benefit[]>`
    SELECT year, mode, households, yearlyPayoutFen FROM farmer_benefit
    WHERE supplierId = ${supplierId} AND year = (SELECT MAX(year) FROM farmer_benefit WHERE supplierId = ${supplierId}) ORDER BY mode`;
  return rows.map((row) => ({ ...row, yearlyPayoutFen: Number(row.yearlyPayoutFen) }));
}

type MarkRow = Omit<Mark, 'validFrom' | 'validUntil'> & { validFrom: Date; validUntil: Date };

/** The supplier's certificates that are valid today: those for all its goods, and for this family or, with none given, for any. */
export async function findMarks(
  db: PrismaClient,
  supplierId: number,
  familyId: number | null,
  today: Day,
): Promise<Mark[]> {
  const rows = await fast(db).$queryRaw<MarkRow[]>`
    SELECT kind, number, familyId, validFrom, validUntil FROM quality_mark
    WHERE supplierId = ${supplierId} AND state = 'confirmed' AND validFrom <= ${today} AND validUntil >= ${today}
      AND (${familyId} IS NULL OR familyId IS NULL OR familyId = ${familyId}) ORDER BY id`;
  return rows.map((row) => ({
    ...row,
    validFrom: dayFromColumn(row.validFrom),
    validUntil: dayFromColumn(row.validUntil),
  }));
}

export interface SupplierPage {
  id: number;
  code: string;
  name: string;
  nameEn: string;
  kind: SupplierKind;
  placeId: number;
  story: string;
  storyEn: string;
  state: SupplierState;
  minOrderFen: Fen;
  freightFen: Fen;
  freeFreightFromFen: Fen | null;
  isMadeUp: boolean;
  /** the certification that holds today; null: none */
  certification: { number: string; issuer: string; validFrom: Day; validUntil: Day } | null;
  benefits: Benefit[];
  marks: Mark[];
}

interface SupplierRow extends Omit<SupplierPage, 'certification' | 'benefits' | 'marks' | 'isMadeUp'> {
  isMadeUp: number | boolean;
  number: string | null;
  issuer: string | null;
  validFrom: Date | null;
  validUntil: Date | null;
}

/** What anyone may see of a supplier, in three statements; one that never was admitted is not found. */
export async function findSupplierPage(db: PrismaClient, id: number, today: Day): Promise<SupplierPage> {
  const [rows, benefits, marks] = await Promise.all([
    fast(db).$queryRaw<SupplierRow[]>`
      SELECT s.id, s.code, s.name, s.nameEn, s.kind, s.placeId, s.story, s.storyEn, s.state, s.minOrderFen, s.freightFen, s.freeFreightFromFen,
        s.isMadeUp, ce.number, ce.issuer, ce.validFrom, ce.validUntil
      FROM supplier s LEFT JOIN certification ce ON ce.id = ${certificationHeldBy('supplier', today)}
      WHERE s.id = ${id} AND s.state <> 'applying'`,
    findBenefits(db, id),
    findMarks(db, id, null, today),
  ]);
  const [row] = rows;
  if (!row) throw new NotFound();
  const { number, issuer, validFrom, validUntil, ...supplier } = row;
  return {
    ...supplier,
    isMadeUp: Boolean(supplier.isMadeUp),
    certification:
      validFrom && validUntil
        ? {
            number: number ?? '',
            issuer: issuer ?? '',
            validFrom: dayFromColumn(validFrom),
            validUntil: dayFromColumn(validUntil),
          }
        : null,
    benefits,
    marks,
  };
}

export interface ListedSupplier {
  id: number;
  code: string;
  name: string;
  nameEn: string;
  kind: SupplierKind;
  placeId: number;
  /** the latest that was issued, with how it stands on the day; null: none was */
  certification: {
    number: string;
    issuer: string;
    state: CertificationState;
    validFrom: Day;
    validUntil: Day;
    /** it holds on the day: its goods may be sold, and count */
    holds: boolean;
  } | null;
}

type ListedRow = Omit<ListedSupplier, 'certification'> & {
  number: string | null;
  issuer: string;
  state: CertificationState;
  validFrom: Date | null;
  validUntil: Date | null;
  certificationId: number | null;
  heldId: number | null;
};

/** Active suppliers by id, for lists and filters, with the certification that holds or else the last; by key pages. */
export async function listSuppliers(
  db: PrismaClient,
  today: Day,
  afterId: number,
  limit: number,
): Promise<ListedSupplier[]> {
  const rows = await db.$queryRaw<ListedRow[]>`
    SELECT s.id, s.code, s.name, s.nameEn, s.kind, s.placeId, c.id AS certificationId, c.number, c.issuer, c.state, c.validFrom, c.validUntil,
      ${certificationHeldBy('supplier', today)} AS heldId
    FROM supplier s LEFT JOIN certification c ON c.id = COALESCE(${certificationHeldBy('supplier', today)},
      (SELECT MAX(last.id) FROM certification last WHERE last.supplierId = s.id AND last.number IS NOT NULL))
    WHERE s.state = 'active' AND s.id > ${afterId} ORDER BY s.id LIMIT ${limit}`;
  return rows.map(({ number, issuer, state, validFrom, validUntil, certificationId, heldId, ...supplier }) => ({
    ...supplier,
    certification:
      number && validFrom && validUntil
        ? {
            ...{ number, issuer, state, holds: certificationId === heldId },
            ...{ validFrom: dayFromColumn(validFrom), validUntil: dayFromColumn(validUntil) },
          }
        : null,
  }));
}

/** Names of suppliers by code, for the filters of a list. */
export async function supplierNames(
  db: PrismaClient,
  codes: readonly string[],
): Promise<Map<string, { name: string; nameEn: string }>> {
  if (codes.length === 0) return new Map();
  const rows = await fast(db).$queryRaw<{ code: string; name: string; nameEn: string }[]>`
    SELECT code, name, nameEn FROM supplier WHERE code IN (${Prisma.join([...codes])})`;
  return new Map(rows.map((row) => [row.code, row]));
}
