import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';
import { idsBelow } from '../../shared/tree.ts';
import { placeTree } from '../../units/place-tree.ts';

/** The places for whose farmers the actor, of a work team, may speak: the own and all below. */
export async function confirmablePlaces(db: PrismaClient, actor: Actor): Promise<number[]> {
  const own = actor.grants.flatMap(({ role, placeId }) => (role === 'work_team' && placeId !== null ? [placeId] : []));
  if (own.length === 0) return [];
  const tree = await placeTree(db);
  return own.flatMap((id) => idsBelow(tree, id));
}

/** The village's work team confirms that a farmer of the village sold these goods (rule 14). A stranger to any of the origins gets 404. */
export async function confirmFarmersReceipt(
  db: PrismaClient,
  actor: Actor,
  purchaseId: number,
  at: Date,
): Promise<void> {
  const places = await confirmablePlaces(db, actor);
  await inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM offline_purchase WHERE id = ${purchaseId} FOR UPDATE`;
    const purchase = await tx.offlinePurchase.findUnique({
      where: { id: purchaseId },
      select: {
        ...{ unitId: true, state: true, isFromFarmer: true, confirmedAt: true },
        lines: { select: { originPlaceId: true } },
      },
    });
    const isOurs = purchase?.lines.every(({ originPlaceId }) => places.includes(originPlaceId));
    if (!purchase?.isFromFarmer || !isOurs) throw new NotFound();
    if (purchase.state !== 'declared' || purchase.confirmedAt !== null) throw new StateConflict('wrongDeclaredState');
    const confirmed = { confirmedById: actor.id, confirmedAt: at };
    await tx.offlinePurchase.update({ where: { id: purchaseId }, data: confirmed, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'offline_purchase.confirm', subjectType: 'offline_purchase' },
      ...{ subjectId: purchaseId, unitId: purchase.unitId, after: { confirmed: true } },
    });
  });
}
