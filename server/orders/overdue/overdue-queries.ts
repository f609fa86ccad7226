import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { fulfilmentParts, type SupplierFulfilment } from '../order-queries.ts';
import { SUPPLIERS_TURN } from './due-dates.ts';

const OPEN = Prisma.sql`f.state IN (${Prisma.join([...SUPPLIERS_TURN])})`;

/** Parcels of the actor's suppliers whose time has passed, the longest overdue first, beyond the key (ms, id) of the last one seen. */
export async function listOverdue(
  db: Db,
  actor: Actor,
  now: Date,
  after: readonly [dueAt: number, id: number] | null,
  take: number,
): Promise<SupplierFulfilment[]> {
  const ids = suppliersServedBy(actor);
  if (ids.length === 0) return [];
  const beyond = after
    ? Prisma.sql`AND (f.dueAt > ${new Date(after[0])} OR (f.dueAt = ${new Date(after[0])} AND f.id > ${after[1]}))`
    : Prisma.empty;
  const found = await db.$queryRaw<{ id: number }[]>`
    SELECT f.id FROM fulfilment f
    WHERE f.supplierId IN (${Prisma.join(ids)}) AND ${OPEN} AND f.dueAt < ${now} ${beyond}
    ORDER BY f.dueAt, f.id LIMIT ${take}`;
  const rows = await db.fulfilment.findMany({
    where: { id: { in: found.map(({ id }) => id) } },
    include: fulfilmentParts,
  });
  return found.flatMap(({ id }) => rows.find((row) => row.id === id) ?? []);
}

export interface OverdueCount {
  supplierId: number;
  count: number;
  /** of the longest overdue */
  oldestDueAt: Date;
}

/** How many parcels are overdue, by supplier; of these suppliers, or of all. */
export async function countOverdue(db: Db, now: Date, of?: readonly number[]): Promise<OverdueCount[]> {
  if (of?.length === 0) return [];
  const rows = await db.$queryRaw<(Omit<OverdueCount, 'count'> & { count: number | bigint })[]>`
    SELECT f.supplierId, COUNT(*) AS count, MIN(f.dueAt) AS oldestDueAt FROM fulfilment f
    WHERE ${OPEN} AND f.dueAt < ${now} ${of ? Prisma.sql`AND f.supplierId IN (${Prisma.join([...of])})` : Prisma.empty}
    GROUP BY f.supplierId`;
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

export const RATED_DAYS = 90;

export interface OnTimeRate {
  supplierId: number;
  name: string;
  nameEn: string;
  confirmWithinHours: number;
  shipWithinDays: number;
  /** parcels whose time ended within the last 90 days, and how many of them had been shipped wholly by then */
  due: number;
  onTime: number;
}

/** How reliably suppliers shipped in 90 days, those with the most late parcels first; of these suppliers, or of all that had any due. */
export async function onTimeRates(db: Db, now: Date, of?: readonly number[]): Promise<OnTimeRate[]> {
  if (of?.length === 0) return [];
  const since = new Date(now.getTime() - RATED_DAYS * 86_400_000);
  const within = Prisma.sql`f.supplierId = s.id AND f.dueAt >= ${since} AND f.dueAt < ${now}`;
  // What was given up of a parcel in time is not late; what was given up since is.
  const wholly = Prisma.sql`f.shippedAt <= f.dueAt AND f.state <> 'partly_shipped' AND NOT EXISTS (
    SELECT 1 FROM receipt r WHERE r.fulfilmentId = f.id AND r.kind = 'rest' AND r.at > f.dueAt)`;
  const rows = await db.$queryRaw<(Omit<OnTimeRate, 'due' | 'onTime'> & Record<'due' | 'onTime', number | bigint>)[]>`
    SELECT * FROM (
      SELECT s.id AS supplierId, s.name, s.nameEn, s.confirmWithinHours, s.shipWithinDays,
        (SELECT COUNT(*) FROM fulfilment f WHERE ${within}) AS due,
        (SELECT COUNT(*) FROM fulfilment f WHERE ${within} AND ${wholly}) AS onTime
      FROM supplier s ${of ? Prisma.sql`WHERE s.id IN (${Prisma.join([...of])})` : Prisma.empty}) r
    ${of ? Prisma.empty : Prisma.sql`WHERE r.due > 0`}
    ORDER BY r.due - r.onTime DESC, r.supplierId`;
  return rows.map((row) => ({ ...row, due: Number(row.due), onTime: Number(row.onTime) }));
}
