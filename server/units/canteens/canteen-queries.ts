import { type Actor, unitsApprovedFor, unitsBoughtFor } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import { NotFound } from '../../shared/errors.ts';
import { type CanteenHours, canteenHours } from './canteen-hours.ts';

const shown = {
  unit: { select: { id: true, code: true, name: true, nameEn: true } },
} satisfies Prisma.CanteenInclude;

export type CanteenRow = Omit<Prisma.CanteenGetPayload<{ include: typeof shown }>, 'hours'> & { hours: CanteenHours };

/** The units whose canteens the actor keeps: those bought and approved for. */
export function unitsKeptFor(actor: Actor): number[] {
  return [...new Set([...unitsBoughtFor(actor), ...unitsApprovedFor(actor)])];
}

/** The canteens of units, by unit and name; the closed ones only where they are asked for. */
export async function canteensOf(db: Db, unitIds: readonly number[], withClosed = false): Promise<CanteenRow[]> {
  if (unitIds.length === 0) return [];
  const rows = await db.canteen.findMany({
    where: { unitId: { in: [...unitIds] }, ...(withClosed ? {} : { closedAt: null }) },
    orderBy: [{ unitId: 'asc' }, { name: 'asc' }],
    include: shown,
  });
  return rows.map((row) => ({ ...row, hours: canteenHours.parse(row.hours) }));
}

/** One that the actor keeps. A stranger gets NotFound. */
export async function findKeptCanteen(db: Db, actor: Actor, id: number): Promise<CanteenRow> {
  const row = await db.canteen.findFirst({ where: { id, unitId: { in: unitsKeptFor(actor) } }, include: shown });
  if (!row) throw new NotFound();
  return { ...row, hours: canteenHours.parse(row.hours) };
}

/** An open one of the unit; null when there is none. */
export async function findOpenCanteen(db: Db, id: number, unitId: number | null): Promise<CanteenRow | null> {
  if (unitId === null) return null;
  const row = await db.canteen.findFirst({ where: { id, unitId, closedAt: null }, include: shown });
  return row && { ...row, hours: canteenHours.parse(row.hours) };
}
