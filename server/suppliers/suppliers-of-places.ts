import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { SupplierKind, SupplierState } from '../db/generated/enums.ts';
import { type Day, dayFromColumn } from '../shared/days.ts';
import { certificationHeldBy } from './certification-held.ts';

export interface SupplierOfPlace {
  id: number;
  name: string;
  nameEn: string;
  kind: SupplierKind;
  state: SupplierState;
  placeId: number;
  /** the last day of the certification that holds today; null: none does */
  certifiedUntil: Day | null;
}

/** Suppliers of these places, whatever their state, by id; by key pages. */
export async function listSuppliersOfPlaces(
  db: Db,
  placeIds: readonly number[],
  today: Day,
  afterId: number,
  limit: number,
): Promise<SupplierOfPlace[]> {
  if (placeIds.length === 0) return [];
  const rows = await db.$queryRaw<(Omit<SupplierOfPlace, 'certifiedUntil'> & { certifiedUntil: Date | null })[]>`
    SELECT s.id, s.name, s.nameEn, s.kind, s.state, s.placeId, held.validUntil AS certifiedUntil
    FROM supplier s LEFT JOIN certification held ON held.id = ${certificationHeldBy('supplier', today)}
    WHERE s.placeId IN (${Prisma.join([...placeIds])}) AND s.id > ${afterId} ORDER BY s.id LIMIT ${limit}`;
  return rows.map((row) => ({ ...row, certifiedUntil: row.certifiedUntil && dayFromColumn(row.certifiedUntil) }));
}
