import { randomUUID } from 'node:crypto';
import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { addDays, type Day, dayFromColumn, dayOf, dayToColumn } from '../../shared/days.ts';
import { type Fault, NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { type EventTerms, tellLater } from './matching-changed.ts';
import { requireHolder } from './matching-policy.ts';

export interface EventWish {
  name: string;
  heldOn: Day;
  /** the last day on which units can state an intention */
  intentionsUntil: Day;
  venue: string;
  summary: string;
  /** whose goods it is about; null: of any place */
  placeId: number | null;
  /** whose organizers hold it; null: the market's operators */
  groupId: number | null;
}

const FARTHEST_DAYS = 400;
const LONGEST_AFTER = 90;

/**
 * Announces a matching event, or changes one that is not over (`id`), and has those told whom it concerns. Refuses whoever does not hold the group's events with 403 and wrong
 * days and places by field. Returns the event's id.
 */
export async function holdEvent(
  db: PrismaClient,
  actor: Actor,
  wish: EventWish,
  at: Date,
  id?: number,
): Promise<number> {
  requireHolder(actor, wish);
  const faults = await faultsIn(db, wish, dayOf(at));
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  const { heldOn, intentionsUntil, ...rest } = wish;
  const data = { ...rest, heldOn: dayToColumn(heldOn), intentionsUntil: dayToColumn(intentionsUntil) };
  return inTransaction(db, async (tx) => {
    const before = id === undefined ? null : await lockEvent(tx, id);
    if (before) {
      requireHolder(actor, before);
      if (before.state !== 'announced' || before.heldOn < dayToColumn(dayOf(at))) throw new StateConflict('eventOver');
    }
    const event = before
      ? await tx.matchingEvent.update({ where: { id: before.id }, data, select: { id: true } })
      : await tx.matchingEvent.create({ data: { ...data, createdById: actor.id }, select: { id: true } });
    await tellLater(tx, {
      ...{
        what: before ? ('event_changed' as const) : ('event_announced' as const),
        eventId: event.id,
        byId: actor.id,
      },
      ...{ change: randomUUID().slice(0, 8), terms: { heldOn, intentionsUntil, ...termsOf(rest) } },
      ...(before ? { before: termsBefore(before) } : {}),
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: before ? 'matching.change' : 'matching.announce' },
      ...{ subjectType: 'matching_event', subjectId: event.id, after: { ...wish } },
      ...(before ? { before: { name: before.name, venue: before.venue, heldOn: before.heldOn.toISOString() } } : {}),
    });
    return event.id;
  });
}

/** Cancels an event that was not held yet; what units intended there stands as it is, and they are told. Refuses with `eventOver` afterwards. */
export async function cancelEvent(db: PrismaClient, actor: Actor, id: number, reason: string, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const event = await lockEvent(tx, id);
    requireHolder(actor, event);
    if (event.state !== 'announced' || event.heldOn < dayToColumn(dayOf(at))) throw new StateConflict('eventOver');
    await tx.matchingEvent.update({ where: { id }, data: { state: 'cancelled', reason }, select: { id: true } });
    await tellLater(tx, {
      ...({ what: 'event_cancelled', eventId: id, byId: actor.id } as const),
      ...{ change: randomUUID().slice(0, 8), terms: termsBefore(event), reason },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'matching.cancel', subjectType: 'matching_event', subjectId: id, reason },
    });
  });
}

const termsOf = ({ venue, placeId, groupId }: Pick<EventTerms, 'venue' | 'placeId' | 'groupId'>) => ({
  ...{ venue, placeId, groupId },
});

function termsBefore(event: Awaited<ReturnType<typeof lockEvent>>): EventTerms {
  const { heldOn, intentionsUntil } = event;
  const days = { heldOn: dayFromColumn(heldOn), intentionsUntil: dayFromColumn(intentionsUntil ?? heldOn) };
  return { ...days, ...termsOf(event) };
}

async function lockEvent(tx: Parameters<Parameters<typeof inTransaction>[1]>[0], id: number) {
  await tx.$queryRaw`SELECT id FROM matching_event WHERE id = ${id} FOR UPDATE`;
  const event = await tx.matchingEvent.findUnique({ where: { id } });
  if (!event) throw new NotFound();
  return event;
}

async function faultsIn(db: PrismaClient, wish: EventWish, today: Day): Promise<Fault[]> {
  const { heldOn, intentionsUntil, placeId, groupId } = wish;
  const faults: Fault[] = [];
  if (heldOn < today || heldOn > addDays(today, FARTHEST_DAYS))
    faults.push({ path: 'heldOn', code: 'eventDayRange', values: { days: FARTHEST_DAYS } });
  if (intentionsUntil < heldOn || intentionsUntil > addDays(heldOn, LONGEST_AFTER))
    faults.push({ path: 'intentionsUntil', code: 'intentionDayRange', values: { days: LONGEST_AFTER } });
  if (placeId !== null && !(await db.place.findUnique({ where: { id: placeId }, select: { id: true } })))
    faults.push({ path: 'placeId', code: 'notAChoice' });
  if (groupId !== null && !(await db.unitGroup.findUnique({ where: { id: groupId }, select: { id: true } })))
    faults.push({ path: 'groupId', code: 'notAChoice' });
  return faults;
}
