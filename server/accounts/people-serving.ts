import { fast, type PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { type Day, dayToColumn } from '../shared/days.ts';

/**
 * Whom to tell of a supplier's affairs, by supplier: its own people whose right holds on the day and whose account is active; where it
 * has none, the work teams of its place and of those above it (rule 34). Two statements at most, whatever the number of suppliers.
 */
export async function peopleServing(
  db: PrismaClient,
  supplierIds: readonly number[],
  today: Day,
): Promise<Map<number, number[]>> {
  const wanted = [...new Set(supplierIds)];
  if (wanted.length === 0) return new Map();
  const day = dayToColumn(today);
  const holds = Prisma.sql`g.since <= ${day} AND (g.until IS NULL OR g.until > ${day}) AND u.disabledAt IS NULL`;
  const own = await fast(db).$queryRaw<Serving[]>`
    SELECT g.supplierId, g.userId FROM role_grant g JOIN user u ON u.id = g.userId
    WHERE g.role = 'supplier' AND g.supplierId IN (${Prisma.join(wanted)}) AND ${holds} ORDER BY g.id`;
  const people = bySupplier(own);
  const alone = wanted.filter((id) => !people.has(id));
  if (alone.length === 0) return people;
  const teams = await fast(db).$queryRaw<Serving[]>`
    SELECT s.id AS supplierId, g.userId FROM supplier s JOIN place p ON p.id = s.placeId
    JOIN place v ON p.path LIKE CONCAT(v.path, '%') JOIN role_grant g ON g.placeId = v.id AND g.role = 'work_team'
    JOIN user u ON u.id = g.userId WHERE s.id IN (${Prisma.join(alone)}) AND s.state <> 'closed' AND ${holds} ORDER BY g.id`;
  return new Map([...people, ...bySupplier(teams)]);
}

/** The same of one supplier. */
export async function peopleServingOne(db: PrismaClient, supplierId: number, today: Day): Promise<number[]> {
  return (await peopleServing(db, [supplierId], today)).get(supplierId) ?? [];
}

interface Serving {
  supplierId: number;
  userId: number;
}

function bySupplier(rows: readonly Serving[]): Map<number, number[]> {
  const people = new Map<number, number[]>();
  for (const { supplierId, userId } of rows) {
    const known = people.get(supplierId) ?? [];
    if (!known.includes(userId)) people.set(supplierId, [...known, userId]);
  }
  return people;
}
