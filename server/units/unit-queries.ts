import type { Db } from '../db/client.ts';
import type { FundingSource } from '../db/generated/enums.ts';

/** The terms on which a unit pays from a funding source; null where it has none. */
export function findPayer(db: Db, unitId: number, fundingSource: FundingSource) {
  return db.unitPayer.findUnique({ where: { unitId_fundingSource: { unitId, fundingSource } } });
}
