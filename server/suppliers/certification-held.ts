import { Prisma } from '../db/generated/client.ts';
import type { Day } from '../shared/days.ts';

/**
 * The certification that the supplier `s` or the product `p` of a statement holds on a day, as a scalar SQL expression: the day is
 * within validFrom..validUntil (both included) and no interruption covers it, whose `until` is the first day on which it holds again.
 * Its interruptions tell when a suspended or revoked one did not hold; without any, only a certified one holds, so that a mark
 * without dates takes it off at once. NULL where there is none (rules 1, 17).
 */
export function certificationHeldBy(holder: 'supplier' | 'product', day: Day): Prisma.Sql {
  const mine = holder === 'supplier' ? Prisma.sql`ce.supplierId = s.id` : Prisma.sql`ce.productId = p.id`;
  return Prisma.sql`(SELECT MAX(ce.id) FROM certification ce
    WHERE ${mine} AND ce.validFrom <= ${day} AND ce.validUntil >= ${day}
      AND (ce.state = 'certified' OR (ce.state IN ('suspended', 'revoked', 'disqualified')
        AND EXISTS (SELECT 1 FROM certification_interruption ci WHERE ci.certificationId = ce.id)))
      AND NOT EXISTS (SELECT 1 FROM certification_interruption ci
        WHERE ci.certificationId = ce.id AND ci.since <= ${day} AND (ci.until IS NULL OR ci.until > ${day})))`;
}
