import { peopleServing } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { pathTo } from '../paths.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import { idsBelow } from '../shared/tree.ts';
import type { EventChanged, EventTerms } from '../sourcing/matching/matching-changed.ts';
import { supplierIdsAt } from '../sourcing/matching/matching-queries.ts';
import { placeTree } from '../units/place-tree.ts';
import { unitsOfGroups } from '../units/units-of-groups.ts';
import { type Notice, notify } from './notify.ts';

const AT_ONCE = 500;

/**
 * Tells of a matching event that was announced, changed or cancelled, each fact once (rule 22): buyers and approvers of the units that
 * it is for, and the certified suppliers of its place; of a change that moves neither day nor place only whoever has an intention
 * there, who is told of every one. Not who did it.
 */
export async function tellOfEvent(db: PrismaClient, changed: EventChanged, today: Day): Promise<void> {
  const { what, eventId, change, byId, terms, before, reason } = changed;
  const event = await db.matchingEvent.findUnique({ where: { id: eventId }, select: { name: true } });
  if (!event) return;
  const concerned = isMoved(changed) ? await concernedBy(db, [terms, ...(before ? [before] : [])], today) : [];
  const people = new Set([...concerned, ...(await withIntention(db, eventId, today))]);
  people.delete(byId);
  const kind = what === 'event_changed' && !isMoved(changed) ? 'matching_event_edited' : (`matching_${what}` as const);
  const notices = [...people].map(
    (userId): Notice => ({
      ...{ userId, kind },
      data: {
        ...{ name: event.name, day: terms.heldOn, until: terms.intentionsUntil, venue: terms.venue },
        ...{ oldDay: before?.heldOn ?? '', oldVenue: before?.venue ?? '', reason: reason ?? '' },
      },
      link: pathTo('matchingEvent', { id: eventId }),
      dedupeKey: `matching.${what} ${eventId} ${change}`,
    }),
  );
  for (let from = 0; from < notices.length; from += AT_ONCE) await notify(db, notices.slice(from, from + AT_ONCE));
}

/** Day, venue, whose goods or for whom: what somebody may have planned by. */
function isMoved({ terms, before }: EventChanged): boolean {
  const fields = ['heldOn', 'intentionsUntil', 'venue', 'placeId', 'groupId'] as const;
  return !before || fields.some((field) => terms[field] !== before[field]);
}

/** People of the units and suppliers that an event concerns as it is, and as it was before a change. */
async function concernedBy(db: PrismaClient, all: readonly EventTerms[], today: Day): Promise<number[]> {
  const people: number[] = [];
  for (const terms of all) {
    people.push(...(await peopleOfUnits(db, await unitsConcerned(db, terms, today), today)));
    const suppliers = await supplierIdsAt(db, { placeId: terms.placeId, heldOn: dayToColumn(terms.heldOn) }, today);
    people.push(...[...(await peopleServing(db, suppliers, today)).values()].flat());
  }
  return people;
}

/** A group's units; of an event of the whole market those paired with its place, one above or one below; without a place every unit. */
async function unitsConcerned(
  db: PrismaClient,
  { groupId, placeId }: EventTerms,
  today: Day,
): Promise<readonly number[] | null> {
  if (groupId !== null) return [...(await unitsOfGroups(db, [groupId], today))];
  if (placeId === null) return null;
  const tree = await placeTree(db);
  const places = [...idsBelow(tree, placeId), ...tree.pathOf(placeId).map(({ id }) => id)];
  const day = dayToColumn(today);
  const rows = await db.pairing.findMany({
    where: { placeId: { in: places }, since: { lte: day }, OR: [{ until: null }, { until: { gt: day } }] },
    select: { unitId: true },
  });
  return rows.map(({ unitId }) => unitId);
}

/** Who buys or approves for these units today; null: for any. */
async function peopleOfUnits(db: PrismaClient, unitIds: readonly number[] | null, today: Day): Promise<number[]> {
  if (unitIds?.length === 0) return [];
  const day = dayToColumn(today);
  const rows = await db.$queryRaw<{ userId: number }[]>`
    SELECT DISTINCT g.userId FROM role_grant g JOIN user u ON u.id = g.userId JOIN unit n ON n.id = g.unitId
    WHERE g.role IN ('buyer', 'approver') AND n.state = 'active' AND u.disabledAt IS NULL
      AND g.since <= ${day} AND (g.until IS NULL OR g.until > ${day})
      AND ${unitIds === null ? Prisma.sql`TRUE` : Prisma.sql`g.unitId IN (${Prisma.join([...unitIds])})`}`;
  return rows.map(({ userId }) => userId);
}

/** Who stated an intention there that was not withdrawn, the unit's others, and the suppliers that are wanted. */
async function withIntention(db: PrismaClient, eventId: number, today: Day): Promise<number[]> {
  const intentions = await db.matchingIntention.findMany({
    where: { eventId, state: { not: 'withdrawn' } },
    select: { unitId: true, supplierId: true, byId: true },
  });
  const units = [...new Set(intentions.map(({ unitId }) => unitId))];
  const suppliers = await peopleServing(
    db,
    intentions.map(({ supplierId }) => supplierId),
    today,
  );
  return [
    ...intentions.flatMap(({ byId }) => byId ?? []),
    ...(await peopleOfUnits(db, units, today)),
    ...[...suppliers.values()].flat(),
  ];
}
