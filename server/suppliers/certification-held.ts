import { Prisma } from '../db/generated/client.ts';
import type { Day } from '../shared/days.ts';

/**
 * The certification that the supplier `s` or the product `p` of a statement holds on a day, as a scalar SQL expression: certified, the
 * day within validFrom..validUntil (both included) and covered by no interruption, whose `until` is the first day on which it no
 * longer holds. NULL where there is none (rules 1, 17).
 */
export function certificationHeldBy(holder: 'supplier' | 'product', today: Day): Prisma.Sql {
  const mine = holder === 'supplier' ? Prisma.sql`ce.supplierId = s.id` : Prisma.sql`ce.productId = p.id`;
  return Prisma.sql`(SELECT MAX(ce.id) FROM certification ce
    WHERE ${mine} AND ce.state = 'certified' AND ce.validFrom <= ${today} AND ce.validUntil >= ${today}
      AND NOT EXISTS (SELECT 1 FROM certification_interruption ci
        WHERE ci.certificationId = ce.id AND ci.since <= ${today} AND (ci.until IS NULL OR ci.until > ${today})))`;
}
