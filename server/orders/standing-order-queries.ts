import { type Actor, unitsBoughtFor } from '../accounts/actor.ts';
import type { Db } from '../db/client.ts';
import type { Prisma } from '../db/generated/client.ts';
import { NotFound } from '../shared/errors.ts';

const whole = {
  unit: { select: { id: true, code: true, name: true, nameEn: true } },
  list: {
    select: {
      ...{ id: true, name: true, _count: { select: { lines: true } } },
      canteen: { select: { name: true, region: true, detail: true, recipient: true, closedAt: true } },
    },
  },
  address: { select: { recipient: true, region: true, detail: true } },
  runs: { orderBy: { dueOn: 'desc' }, take: 20, include: { order: { select: { id: true, totalFen: true } } } },
} satisfies Prisma.StandingOrderInclude;

export type WholeStandingOrder = Prisma.StandingOrderGetPayload<{ include: typeof whole }>;

/** A standing order for those who buy for its unit; everybody else gets NotFound. */
export async function findStandingOrder(db: Db, actor: Actor, id: number): Promise<WholeStandingOrder> {
  const found = await db.standingOrder.findFirst({
    where: { id, unitId: { in: unitsBoughtFor(actor) } },
    include: whole,
  });
  if (!found) throw new NotFound();
  return found;
}

/** The standing orders of a unit, the next due first. */
export function standingOrdersOf(db: Db, unitId: number): Promise<WholeStandingOrder[]> {
  return db.standingOrder.findMany({ where: { unitId }, include: whole, orderBy: [{ nextOn: 'asc' }, { id: 'asc' }] });
}

/** One run with what its message needs; null: not there. */
export function runToTell(db: Db, id: number) {
  return db.standingOrderRun.findUnique({
    where: { id },
    include: { standingOrder: { select: { id: true, name: true, createdById: true } } },
  });
}
