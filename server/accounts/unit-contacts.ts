import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { type Day, dayToColumn } from '../shared/days.ts';

export interface UnitContact {
  unitId: number;
  role: 'approver' | 'buyer';
  name: string;
  phone: string | null;
  email: string | null;
}

/** Who answers for units on a day: their approvers, then their buyers. One statement. */
export async function contactsOf(db: Db, unitIds: readonly number[], today: Day): Promise<UnitContact[]> {
  if (unitIds.length === 0) return [];
  const on = dayToColumn(today);
  return db.$queryRaw<UnitContact[]>`
    SELECT DISTINCT g.unitId, g.role, u.name, u.phone, u.email
    FROM role_grant g JOIN user u ON u.id = g.userId AND u.disabledAt IS NULL
    WHERE g.unitId IN (${Prisma.join([...unitIds])}) AND g.role IN ('approver', 'buyer') AND g.since <= ${on} AND (g.until IS NULL OR g.until > ${on})
    ORDER BY g.unitId, g.role <> 'approver', u.name`;
}
