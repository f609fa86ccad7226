import type { Actor } from '../../accounts/actor.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import type { DeclaredState } from '../../db/generated/enums.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayOf } from '../../shared/days.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';
import { maySee, type Reach, reachOf } from './offline-policy.ts';

export interface OfflineAct {
  actor: Actor;
  purchaseId: number;
  at: Date;
}

export interface LockedPurchase {
  id: number;
  unitId: number;
  state: DeclaredState;
  declaredById: number;
  isFromFarmer: boolean;
  confirmedAt: Date | null;
  lineIds: number[];
}

/**
 * Runs an act on one purchase with its row locked, so that two deciders meet one after the other. Refuses with 404 what is not the
 * actor's to see, and with 409 `wrongDeclaredState` a purchase in none of the states that the act starts from.
 */
export async function onOfflinePurchase<T>(
  db: PrismaClient,
  { actor, purchaseId, at }: OfflineAct,
  from: readonly DeclaredState[],
  act: (tx: Tx, purchase: LockedPurchase, reach: Reach) => Promise<T>,
): Promise<T> {
  const reach = await reachOf(db, actor, dayOf(at));
  return inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM offline_purchase WHERE id = ${purchaseId} FOR UPDATE`;
    const purchase = await tx.offlinePurchase.findUnique({
      where: { id: purchaseId },
      select: {
        ...{ id: true, unitId: true, state: true, declaredById: true, isFromFarmer: true, confirmedAt: true },
        lines: { select: { id: true }, orderBy: { id: 'asc' } },
      },
    });
    if (!purchase || !maySee(reach, purchase)) throw new NotFound();
    if (!from.includes(purchase.state)) throw new StateConflict('wrongDeclaredState');
    const { lines, ...rest } = purchase;
    return act(tx, { ...rest, lineIds: lines.map(({ id }) => id) }, reach);
  });
}
