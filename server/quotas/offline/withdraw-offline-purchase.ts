import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { NotAllowed } from '../../shared/errors.ts';
import { reverseDeclared } from '../tally/declared-tally.ts';
import { type OfflineAct, onOfflinePurchase } from './lock-offline-purchase.ts';
import { mayCorrect } from './offline-policy.ts';

/** Takes a declaration back for good, before it is verified or after it was returned; what it placed is reversed (rule 4). */
export function withdrawOfflinePurchase(db: PrismaClient, act: OfflineAct): Promise<void> {
  const { actor, at } = act;
  return onOfflinePurchase(db, act, ['declared', 'returned'], async (tx, purchase, reach) => {
    if (!mayCorrect(reach, actor, purchase)) throw new NotAllowed();
    await tx.offlinePurchase.update({ where: { id: purchase.id }, data: { state: 'withdrawn' }, select: { id: true } });
    if (purchase.state === 'declared')
      for (const lineId of purchase.lineIds)
        await reverseDeclared(tx, { kind: 'offline', sourceId: purchase.id, lineId, part: null, at });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'offline_purchase.withdraw', subjectType: 'offline_purchase' },
      ...{ subjectId: purchase.id, unitId: purchase.unitId },
      ...{ before: { state: purchase.state }, after: { state: 'withdrawn' } },
    });
  });
}
