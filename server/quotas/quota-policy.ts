import { type Actor, hasRole } from '../accounts/actor.ts';
import type { ListedUnit } from './board/progress-queries.ts';
import { chainOf, groupIdsOf } from './board/roll-up.ts';
import { organizedGroups, ownUnits, type Participant, type Programme } from './programme-list.ts';

/** Whether the actor sees all of a programme's units: an operator, and whoever organizes a group that it is of or that takes part. */
export function seesWhole(actor: Actor, programme: Programme): boolean {
  if (hasRole(actor, 'operator')) return true;
  const groups = [programme.groupId, ...programme.participants.map(({ id }) => id)];
  return organizedGroups(actor).some((id) => groups.includes(id));
}

/**
 * The groups that an organizer who is a guest in somebody else's programme organizes in it: of their units alone the entries and the
 * people to call are the actor's to read. Null for an operator and whoever organizes the programme itself.
 */
export function guestGroups(actor: Actor, { groupId, participants }: Programme): Participant[] | null {
  const groups = organizedGroups(actor);
  if (hasRole(actor, 'operator') || (groupId !== null && groups.includes(groupId))) return null;
  return participants.filter(({ id }) => groups.includes(id));
}

/** Whether a unit's figures are the actor's to see: all of a programme that is seen whole, else the own units and those below. */
export function seesUnit(
  actor: Actor,
  programme: Programme,
  unit: ListedUnit,
  byId: ReadonlyMap<number, ListedUnit>,
): boolean {
  return seesWhole(actor, programme) || isBelow(unit, byId, ownUnits(actor));
}

/** What the actor may see of the purchases behind a unit's figures. */
export type Purchases = 'units_and_sums' | 'own';

/**
 * Approvers, buyers and organizers see unit purchases, and of individuals sums (rule 31); employees only their own. An organizer of a
 * group in somebody else's programme sees no purchases of other groups' units.
 */
export function purchasesOf(
  actor: Actor,
  programme: Programme,
  unit: ListedUnit,
  byId: ReadonlyMap<number, ListedUnit>,
): Purchases {
  return seesPurchasesAsOrganizer(actor, programme, groupIdsOf(unit, byId)) ||
    isBelow(unit, byId, ownUnits(actor, ['approver', 'buyer']))
    ? 'units_and_sums'
    : 'own';
}

/** Whether the actor organizes the programme, or a group among these. */
export function seesPurchasesAsOrganizer(actor: Actor, programme: Programme, groupIds: ReadonlySet<number>): boolean {
  if (hasRole(actor, 'operator')) return true;
  return organizedGroups(actor).some((id) => id === programme.groupId || groupIds.has(id));
}

function isBelow(unit: ListedUnit, byId: ReadonlyMap<number, ListedUnit>, mine: readonly number[]): boolean {
  return chainOf(unit, byId).some((id) => mine.includes(id));
}
