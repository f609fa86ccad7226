import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { NotAllowed, RuleRefusal } from '../../shared/errors.ts';
import { countDeclared } from '../tally/declared-tally.ts';
import { type OfflineAct, onOfflinePurchase } from './lock-offline-purchase.ts';
import { mayVerify } from './offline-policy.ts';

/**
 * The organizer has held the papers against the figures: the purchase counts (rules 2, 14). Refuses with 403 its declarer and whoever
 * does not organize the unit's group, and with 422 a purchase without evidence and a farmer's receipt that the village has not confirmed.
 */
export function verifyOfflinePurchase(db: PrismaClient, act: OfflineAct): Promise<void> {
  const { actor, at } = act;
  return onOfflinePurchase(db, act, ['declared'], async (tx, purchase, reach) => {
    if (purchase.declaredById === actor.id) throw new NotAllowed('ownOfflinePurchase');
    if (!mayVerify(reach, actor, purchase)) throw new NotAllowed();
    const papers = await tx.offlineEvidence.findMany({ where: { purchaseId: purchase.id } });
    if (papers.length === 0) throw new RuleRefusal('evidenceNeeded');
    const isConfirmed = purchase.confirmedAt !== null || papers.some((paper) => paper.isVillagePaper);
    if (purchase.isFromFarmer && !isConfirmed) throw new RuleRefusal('villageMustConfirm');
    const decided = { state: 'verified', decidedById: actor.id, decidedAt: at, reason: null } as const;
    await tx.offlinePurchase.update({ where: { id: purchase.id }, data: decided, select: { id: true } });
    await countDeclared(tx, purchase.id, purchase.lineIds, at);
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'offline_purchase.verify', subjectType: 'offline_purchase' },
      ...{ subjectId: purchase.id, unitId: purchase.unitId },
      ...{ before: { state: purchase.state }, after: { state: 'verified' } },
    });
  });
}
