import type { Actor } from '../../accounts/actor.ts';
import type { Tx } from '../../db/client.ts';
import type { Day } from '../../shared/days.ts';
import { NotAllowed, NotFound, StateConflict } from '../../shared/errors.ts';
import type { LockedOrder } from '../lock-order.ts';
import { approvesAnyLevel } from '../order-policy.ts';
import { whyNotDecide } from './approval-policy.ts';
import { approvalsOf, type OrderLevel } from './order-approvals.ts';

export interface LevelNow {
  waitsAt: OrderLevel;
  /** the level after it; undefined: it is the last */
  next: OrderLevel | undefined;
}

/**
 * The level at which a locked order waits, for whoever may decide it there. Refuses a stranger with NotFound; an own purchase, also one
 * that colleagues have amended and resubmitted since, with NotAllowed `ownPurchase` (rule 26); who is not among those that the rule names
 * with `namedOthers`; one that does not wait, waits at another level than the actor's (`atOtherLevel`) or than the one that was seen
 * (`approvalMovedOn`), or that the actor has approved already (`decidedBefore`) with 409.
 */
export async function levelToDecide(
  tx: Tx,
  actor: Actor,
  order: LockedOrder,
  today: Day,
  seenLevel?: number,
): Promise<LevelNow> {
  const approvals = (await approvalsOf(tx, [order.id], today)).get(order.id);
  if (!approvals || !approvesAnyLevel(actor, { ...order, approvals: approvals.levels })) throw new NotFound();
  const why = whyNotDecide(actor, approvals);
  if (why === 'ownPurchase') throw new NotAllowed(why);
  const { waitsAt, levels } = approvals;
  if (order.state !== 'awaiting_approval' || !waitsAt)
    throw new StateConflict('wrongOrderState', { state: order.state });
  if (why === 'namedOthers') throw new NotAllowed(why);
  if (why) throw new StateConflict(why);
  if (seenLevel !== undefined && seenLevel !== waitsAt.level) throw new StateConflict('approvalMovedOn');
  return { waitsAt, next: levels.find(({ level }) => level > waitsAt.level) };
}
