import { type Actor, unitsBoughtFor } from '../accounts/actor.ts';
import { findAddressFor } from '../accounts/address-queries.ts';
import { findList } from '../cart/list-queries.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { addDays, type Day, dayFromColumn, dayOf, dayToColumn } from '../shared/days.ts';
import { NotFound, RuleRefusal, StateConflict } from '../shared/errors.ts';
import { type Holidays, holidaysFrom } from './holidays.ts';
import { findStandingOrder } from './standing-order-queries.ts';
import { nextDue, type Schedule, schedule } from './standing-order-schedule.ts';

export interface NewStandingOrder {
  name: string;
  listId: number;
  fundingSource: 'canteen_budget' | 'union_funds';
  addressId: number;
  when: Schedule;
}

/** Makes a standing order from a list of the actor's unit, first due tomorrow or later. Returns its id. */
export async function createStandingOrder(
  db: PrismaClient,
  actor: Actor,
  { name, listId, fundingSource, addressId, when }: NewStandingOrder,
  at: Date,
): Promise<number> {
  const list = await findList(db, actor, listId);
  if (!unitsBoughtFor(actor).includes(list.unitId)) throw new NotFound();
  const address = await findAddressFor(db, actor, addressId);
  if (!address || (address.unitId !== null && address.unitId !== list.unitId))
    throw new RuleRefusal('badInput', [{ path: 'addressId', code: 'chooseAddress' }]);
  const today = dayOf(at);
  const next = nextDue(when, today, await holidaysFrom(db, today));
  return inTransaction(db, async (tx) => {
    const { id } = await tx.standingOrder.create({
      data: {
        ...{ unitId: list.unitId, listId, name, fundingSource, addressId, schedule: when, createdById: actor.id },
        nextOn: next && dayToColumn(next),
      },
      select: { id: true },
    });
    await note(tx, actor, id, list.unitId, 'standing_order.create', { name, next }, at);
    return id;
  });
}

/** Leaves out the next day that it is due; `seen`: that day as the buyer saw it. Refuses with `standingOrderMoved` when it has passed. */
export async function skipNext(db: PrismaClient, actor: Actor, id: number, seen: Day, at: Date): Promise<void> {
  await move(db, actor, id, seen, at, 'standing_order.skip', (when, holidays) => ({
    nextOn: nextDue(when, seen, holidays),
    pausedUntil: undefined,
  }));
}

/** Pauses until a day, from which on it is due again. Refuses a day that is not after today. */
export async function pauseUntil(
  db: PrismaClient,
  actor: Actor,
  id: number,
  { until, seen }: { until: Day; seen: Day },
  at: Date,
): Promise<void> {
  if (until <= dayOf(at)) throw new RuleRefusal('pauseInPast', [{ path: 'until', code: 'pauseInPast' }]);
  await move(db, actor, id, seen, at, 'standing_order.pause', (when, holidays) => ({
    nextOn: nextDue(when, addDays(until, -1), holidays),
    pausedUntil: until,
  }));
}

/** Ends a pause or takes back a skip: it is due again from tomorrow on. */
export async function resume(db: PrismaClient, actor: Actor, id: number, seen: Day, at: Date): Promise<void> {
  await move(db, actor, id, seen, at, 'standing_order.resume', (when, holidays) => ({
    nextOn: nextDue(when, dayOf(at), holidays),
    pausedUntil: null,
  }));
}

/** Ends it for good; orders that it has made stay. */
export async function endStandingOrder(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<void> {
  const { unitId, name } = await findStandingOrder(db, actor, id);
  await inTransaction(db, async (tx) => {
    await tx.standingOrder.deleteMany({ where: { id } });
    await note(tx, actor, id, unitId, 'standing_order.end', { name }, at);
  });
}

type Moved = { nextOn: Day | null; pausedUntil: Day | null | undefined };

async function move(
  db: PrismaClient,
  actor: Actor,
  id: number,
  seen: Day,
  at: Date,
  action: string,
  to: (when: Schedule, holidays: Holidays) => Moved,
): Promise<void> {
  const { unitId, schedule: when, nextOn } = await findStandingOrder(db, actor, id);
  if (!nextOn || dayFromColumn(nextOn) !== seen) throw new StateConflict('standingOrderMoved');
  const moved = to(schedule.parse(when), await holidaysFrom(db, dayOf(at)));
  await inTransaction(db, async (tx) => {
    const { count } = await tx.standingOrder.updateMany({
      where: { id, nextOn: dayToColumn(seen) },
      data: {
        nextOn: moved.nextOn && dayToColumn(moved.nextOn),
        ...(moved.pausedUntil === undefined
          ? {}
          : { pausedUntil: moved.pausedUntil && dayToColumn(moved.pausedUntil) }),
      },
    });
    if (count === 0) throw new StateConflict('standingOrderMoved');
    await note(tx, actor, id, unitId, action, moved, at);
  });
}

function note(
  tx: Parameters<typeof audit>[0],
  actor: Actor,
  subjectId: number,
  unitId: number,
  action: string,
  after: object,
  at: Date,
): Promise<void> {
  return audit(tx, { at, actorId: actor.id, action, subjectType: 'standing_order', subjectId, unitId, after });
}
