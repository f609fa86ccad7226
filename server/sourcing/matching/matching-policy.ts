import { type Actor, hasRole } from '../../accounts/actor.ts';
import { NotAllowed } from '../../shared/errors.ts';

/** The groups whose matching events the actor may hold. */
export function groupsHeldFor(actor: Actor): number[] {
  return actor.grants.flatMap((grant) => (grant.role === 'organizer' && grant.groupId !== null ? [grant.groupId] : []));
}

/** Whether the actor may hold an event: an organizer those of the own groups, an operator every one. */
export function mayHold(actor: Actor | null, { groupId }: { groupId: number | null }): boolean {
  if (!actor) return false;
  return hasRole(actor, 'operator') || (groupId !== null && groupsHeldFor(actor).includes(groupId));
}

/** Throws NotAllowed. */
export function requireHolder(actor: Actor, event: { groupId: number | null }): void {
  if (!mayHold(actor, event)) throw new NotAllowed();
}
