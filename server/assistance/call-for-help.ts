import { z } from 'zod';
import { type Actor, hasRole } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { addDays, type Day, dayOf, parseDay, startOfDay } from '../shared/days.ts';
import { NotAllowed, NotFound, RuleRefusal, StateConflict } from '../shared/errors.ts';
import { UNSOLD_CHANGED } from './unsold-told.ts';

const MOST_DAYS = 30;

export const callForm = z.object({
  text: z.string().trim().min(1, 'required').max(500),
  endsOn: z.string().refine((text) => parseDay(text) !== null, 'malformed'),
});
export type CallRequest = z.output<typeof callForm>;

export function mayCall(actor: Actor): boolean {
  return hasRole(actor, 'operator') || hasRole(actor, 'organizer');
}

/**
 * An assistance call (应急助销, rule 20): goods that lag go onto the front page until a day, and the units named, those that are behind,
 * are told. Refuses all but operators and organizers with 403, a warning that is over with 409, and a day that is past or more than 30
 * days away. Returns the call's id.
 */
export async function callForHelp(
  db: PrismaClient,
  actor: Actor,
  warningId: number,
  { text, endsOn, unitIds }: CallRequest & { unitIds: readonly number[] },
  at: Date,
): Promise<number> {
  if (!mayCall(actor)) throw new NotAllowed();
  const today = dayOf(at);
  const last: Day = addDays(today, MOST_DAYS);
  if (endsOn < today || endsOn > last)
    throw new RuleRefusal('badInput', [{ path: 'endsOn', code: 'callUntil', values: { last } }]);
  return inTransaction(db, async (tx) => {
    const warning = await tx.unsoldWarning.findUnique({ where: { id: warningId }, select: { state: true } });
    if (!warning) throw new NotFound();
    const { count } = await tx.unsoldWarning.updateMany({
      where: { id: warningId, state: { in: ['open', 'called'] } },
      data: { state: 'called' },
    });
    if (count === 0) throw new StateConflict('warningOver');
    const call = await tx.assistanceCall.create({
      data: { warningId, text, startsAt: at, endsAt: startOfDay(addDays(endsOn, 1)), byId: actor.id },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'unsold.call', subjectType: 'unsold_warning', subjectId: warningId },
      ...{ before: { state: warning.state }, after: { state: 'called', endsOn, units: unitIds.length }, reason: text },
    });
    await enqueue(tx, UNSOLD_CHANGED, [{ warningId, what: 'called', unitIds: [...unitIds] }]);
    return call.id;
  });
}
