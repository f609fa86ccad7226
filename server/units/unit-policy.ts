import { type Actor, hasRole } from '../accounts/actor.ts';
import type { Sql } from '../db/sql.ts';
import type { Day } from '../shared/days.ts';
import { NotFound } from '../shared/errors.ts';
import { unitsOfGroups } from './units-of-groups.ts';

/** The units that somebody administers; null: all of them. */
export type AdministeredUnits = ReadonlySet<number> | null;

/** Operators administer every unit, organizers those of their groups with all below them, today. */
export function unitsAdministeredBy(db: Sql, actor: Actor, today: Day): Promise<AdministeredUnits> {
  if (hasRole(actor, 'operator')) return Promise.resolve(null);
  return unitsOfGroups(db, groupsOrganizedBy(actor), today);
}

export function groupsOrganizedBy(actor: Actor): number[] {
  return actor.grants.flatMap(({ role, groupId }) => (role === 'organizer' && groupId !== null ? [groupId] : []));
}

/** Throws NotFound for a unit that is not the actor's to administer. */
export async function mustAdminister(db: Sql, actor: Actor, unitIds: readonly number[], today: Day): Promise<void> {
  const mine = await unitsAdministeredBy(db, actor, today);
  if (mine !== null && unitIds.some((id) => !mine.has(id))) throw new NotFound();
}
