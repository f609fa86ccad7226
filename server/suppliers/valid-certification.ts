import { Prisma } from '../db/generated/client.ts';
import { type Day, dayToColumn } from '../shared/days.ts';

/**
 * SQL: the certification aliased `c` holds on a day: issued, within its dates, and no suspension, revocation or disqualification
 * covering that day (rule 1). The state of today plays no part, so a past day is judged by what held then.
 */
export function certificationHolds(day: Day): Prisma.Sql {
  const on = dayToColumn(day);
  return Prisma.sql`c.number IS NOT NULL AND c.validFrom <= ${on} AND c.validUntil >= ${on} AND NOT EXISTS (
    SELECT 1 FROM certification_interruption i WHERE i.certificationId = c.id AND i.since <= ${on} AND (i.until IS NULL OR i.until > ${on}))`;
}
