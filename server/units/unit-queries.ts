import type { Db } from '../db/client.ts';
import type { UnitPayer } from '../db/generated/client.ts';
import type { FundingSource } from '../db/generated/enums.ts';

/** The terms on which a unit pays from a funding source; null where it has none. */
export function findPayer(db: Db, unitId: number, fundingSource: FundingSource) {
  return db.unitPayer.findUnique({ where: { unitId_fundingSource: { unitId, fundingSource } } });
}

export type PayerRow = UnitPayer;

/** Everything that a unit pays from. */
export function findPayers(db: Db, unitId: number): Promise<PayerRow[]> {
  return db.unitPayer.findMany({ where: { unitId }, orderBy: { fundingSource: 'asc' } });
}
