import { type Actor, hasRole } from '../../accounts/actor.ts';
import { NotAllowed } from '../../shared/errors.ts';
import { organizedGroups } from '../programme-list.ts';

/** Operators set caps on goods for the whole market; organizers those of their programmes, and share scarce goods out among their units. */
export function maySetGoodsCaps(actor: Actor): boolean {
  return hasRole(actor, 'operator');
}

/** Throws NotAllowed unless the actor has to do with caps at all. */
export function requireCapKeeper(actor: Actor): void {
  if (!hasRole(actor, 'operator') && organizedGroups(actor).length === 0) throw new NotAllowed();
}

/** The groups whose programmes' caps and whose units' shares are the actor's to set; null: all. */
export function capGroups(actor: Actor): readonly number[] | null {
  return hasRole(actor, 'operator') ? null : organizedGroups(actor);
}
