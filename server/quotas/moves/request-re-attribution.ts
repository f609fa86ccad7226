import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayOf } from '../../shared/days.ts';
import { NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { mayRequestMove, unitScopeOf } from './re-attribution-policy.ts';
import { columnsOf, lockPurchase, type PurchaseKey } from './re-attribution-purchase.ts';

export interface RequestMove {
  purchase: PurchaseKey;
  /** the unit for which it should count, by code */
  toUnit: string;
  reason: string;
  at: Date;
}

/**
 * Asks that a purchase count for another unit (rule 6); one request at a time. Refuses a stranger with 404; what was cancelled or
 * returned with 409 `purchaseDoesNotStand`; a second request with 409 `reAttributionOpen`; by field a unit that does not exist, has
 * ended, or holds the purchase already.
 */
export async function requestReAttribution(db: PrismaClient, actor: Actor, asked: RequestMove): Promise<number> {
  const { purchase: key, reason, at } = asked;
  return inTransaction(db, async (tx) => {
    const purchase = await lockPurchase(tx, key);
    const scope = await unitScopeOf(tx, actor, dayOf(at));
    if (!mayRequestMove(scope, purchase)) throw new NotFound();
    if (!purchase.stands) throw new StateConflict('purchaseDoesNotStand');
    const columns = columnsOf(key);
    const open = await tx.reAttribution.findFirst({ where: { ...columns, state: 'requested' }, select: { id: true } });
    if (open) throw new StateConflict('reAttributionOpen');
    const unit = await tx.unit.findUnique({ where: { code: asked.toUnit }, select: { id: true, state: true } });
    const refuse = (code: string) => new RuleRefusal('badInput', [{ path: 'toUnit', code }]);
    if (!unit) throw refuse('notAChoice');
    if (unit.state !== 'active') throw refuse('unitEnded');
    if (unit.id === purchase.unitId) throw refuse('countsForItAlready');
    const made = await tx.reAttribution.create({
      data: {
        ...columns,
        ...{ fromUnitId: purchase.unitId, toUnitId: unit.id, reason, requestedById: actor.id, requestedAt: at },
      },
      select: { id: true },
    });
    await audit(tx, {
      at,
      actorId: actor.id,
      action: 're_attribution.request',
      subjectType: 're_attribution',
      subjectId: made.id,
      unitId: purchase.unitId,
      after: { [key.kind]: key.id, fromUnitId: purchase.unitId, toUnitId: unit.id },
      reason,
    });
    return made.id;
  });
}
