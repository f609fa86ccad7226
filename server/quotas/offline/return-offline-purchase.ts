import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { NotAllowed } from '../../shared/errors.ts';
import { reverseDeclared } from '../tally/declared-tally.ts';
import { type OfflineAct, onOfflinePurchase } from './lock-offline-purchase.ts';
import { mayVerify } from './offline-policy.ts';

/**
 * Sends a declaration back with a reason, also one that was verified by mistake: what it placed and counted is reversed, and the unit
 * may correct and send it again (rules 4, 14). Refuses with 403 its declarer and whoever does not organize the unit's group.
 */
export function returnOfflinePurchase(db: PrismaClient, act: OfflineAct & { reason: string }): Promise<void> {
  const { actor, at, reason } = act;
  return onOfflinePurchase(db, act, ['declared', 'verified'], async (tx, purchase, reach) => {
    if (purchase.declaredById === actor.id) throw new NotAllowed('ownOfflinePurchase');
    if (!mayVerify(reach, actor, purchase)) throw new NotAllowed();
    const decided = { state: 'returned', decidedById: actor.id, decidedAt: at, reason } as const;
    await tx.offlinePurchase.update({ where: { id: purchase.id }, data: decided, select: { id: true } });
    for (const lineId of purchase.lineIds)
      await reverseDeclared(tx, { kind: 'offline', sourceId: purchase.id, lineId, part: null, at });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'offline_purchase.return', subjectType: 'offline_purchase' },
      ...{ subjectId: purchase.id, unitId: purchase.unitId, reason },
      ...{ before: { state: purchase.state }, after: { state: 'returned' } },
    });
  });
}
