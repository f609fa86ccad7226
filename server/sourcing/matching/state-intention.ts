import { type Actor, unitsApprovedFor, unitsBoughtFor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayOf, dayToColumn } from '../../shared/days.ts';
import { NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import type { Fen } from '../../shared/money.ts';
import { tellLater } from './matching-changed.ts';
import { suppliersAt } from './matching-queries.ts';

export interface IntentionWish {
  unitId: number;
  supplierId: number;
  /** which goods and how much of them, in the unit's words */
  goods: string;
  /** what it may come to until the agreement ends */
  amountFen: Fen;
}

/** The units for which the actor may state and withdraw intentions. */
export function unitsIntendedFor(actor: Actor): number[] {
  return [...new Set([...unitsBoughtFor(actor), ...unitsApprovedFor(actor)])];
}

/**
 * States at an event what a unit wants of a supplier; it binds nobody. Refuses a stranger to the unit with 404, a supplier who is not of the
 * event's place, or not certified, by field, and with 409 `intentionsClosed` after the event's last day. Returns the intention's id.
 */
export async function stateIntention(
  db: PrismaClient,
  actor: Actor,
  eventId: number,
  wish: IntentionWish,
  at: Date,
): Promise<number> {
  if (!unitsIntendedFor(actor).includes(wish.unitId)) throw new NotFound('noSuchUnit');
  const event = await db.matchingEvent.findUnique({ where: { id: eventId } });
  if (!event) throw new NotFound();
  const suppliers = await suppliersAt(db, event, dayOf(at));
  if (!suppliers.some(({ id }) => id === wish.supplierId))
    throw new RuleRefusal('badInput', [{ path: 'supplierId', code: 'notAtEvent' }]);
  return inTransaction(db, async (tx) => {
    // Shared with others who state theirs; who cancels the event waits.
    const [held] = await tx.$queryRaw<{ state: string; last: Date }[]>`
      SELECT state, COALESCE(intentionsUntil, heldOn) AS \`last\` FROM matching_event WHERE id = ${eventId} LOCK IN SHARE MODE`;
    if (held?.state !== 'announced' || held.last < dayToColumn(dayOf(at))) throw new StateConflict('intentionsClosed');
    const data = { ...wish, eventId, byId: actor.id, at };
    const { id } = await tx.matchingIntention.create({ data, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'matching.intend', subjectType: 'matching_intention', subjectId: id },
      ...{ unitId: wish.unitId, after: { ...wish, eventId } },
    });
    await tellLater(tx, { what: 'intended', intentionId: id });
    return id;
  });
}
