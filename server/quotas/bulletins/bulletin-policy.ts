import { type Actor, hasRole } from '../../accounts/actor.ts';
import { organizedGroups, type Programme } from '../programme-list.ts';

/**
 * Who drafts, signs and publishes a programme's bulletins and sets their terms: an operator, an organizer of its group, and of a
 * programme without one (a county's) an organizer of any group that takes part.
 */
export function mayIssueFor(
  actor: Actor,
  { groupId, participants }: Pick<Programme, 'groupId' | 'participants'>,
): boolean {
  if (hasRole(actor, 'operator')) return true;
  const mine = organizedGroups(actor);
  return groupId === null ? participants.some(({ id }) => mine.includes(id)) : mine.includes(groupId);
}

/** Drafting and signing are two people's where the terms say so (拟稿, 签发). */
export function maySign(actor: Actor, bulletin: { createdById: number }, needsSigner: boolean): boolean {
  return !needsSigner || actor.id !== bulletin.createdById;
}
