import { type Actor, hasRole } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Day } from '../../shared/days.ts';
import { NotAllowed, NotFound } from '../../shared/errors.ts';
import { listProgrammes, organizedGroups, type Programme } from '../programme-list.ts';
import { seesWhole } from '../quota-policy.ts';

/** Whether the actor sets a programme's targets: an operator, and whoever organizes the group that it is of (rule 9). */
export function maySetTargets(actor: Actor, programme: Pick<Programme, 'groupId'>): boolean {
  if (hasRole(actor, 'operator')) return true;
  return programme.groupId !== null && organizedGroups(actor).includes(programme.groupId);
}

export interface ChosenProgramme {
  programme: Programme;
  /** all whose targets the actor sees */
  programmes: Programme[];
}

/**
 * The programme whose targets are asked for, by its code, or the first; null where there is none at all. Refuses with 403 whoever
 * organizes nothing, with 404 a programme that is not seen whole.
 */
export async function chooseProgramme(
  db: PrismaClient,
  actor: Actor,
  today: Day,
  code: string | undefined,
): Promise<ChosenProgramme | null> {
  if (!hasRole(actor, 'organizer') && !hasRole(actor, 'operator')) throw new NotAllowed();
  const programmes = (await listProgrammes(db, actor, today)).filter((one) => seesWhole(actor, one));
  const programme = code === undefined ? programmes[0] : programmes.find((one) => one.code === code);
  if (!programme && code !== undefined) throw new NotFound();
  return programme ? { programme, programmes } : null;
}

/** The programme of this code, for whoever sets its targets. Refuses lookers with 403, strangers with 404. */
export async function governedProgramme(
  db: PrismaClient,
  actor: Actor,
  today: Day,
  code: string | undefined,
): Promise<ChosenProgramme> {
  const chosen = await chooseProgramme(db, actor, today, code);
  if (!chosen) throw new NotFound();
  if (!maySetTargets(actor, chosen.programme)) throw new NotAllowed();
  return chosen;
}
