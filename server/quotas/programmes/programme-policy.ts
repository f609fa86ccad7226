import { type Actor, hasRole } from '../../accounts/actor.ts';
import { NotAllowed } from '../../shared/errors.ts';
import { organizedGroups } from '../programme-list.ts';

/** Whether the actor prepares, opens and closes programmes at all. */
export function runsProgrammes(actor: Actor): boolean {
  return hasRole(actor, 'operator') || organizedGroups(actor).length > 0;
}

/** Whether a programme is the actor's to change, open and close: an operator's all, an organizer's those of the own groups. */
export function mayRun(actor: Actor, { groupId }: { groupId: number | null }): boolean {
  return hasRole(actor, 'operator') || (groupId !== null && organizedGroups(actor).includes(groupId));
}

/** Throws NotAllowed for a programme that is another's to run. */
export function requireRunner(actor: Actor, programme: { groupId: number | null }): void {
  if (!mayRun(actor, programme)) throw new NotAllowed();
}

/**
 * The groups that the actor may give a programme to and let take part; null: any. An organizer only the own ones, since whoever runs
 * a programme sees all units of its groups.
 */
export function groupsToChoose(actor: Actor): readonly number[] | null {
  return hasRole(actor, 'operator') ? null : organizedGroups(actor);
}
