import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayOf } from '../../shared/days.ts';
import { NotAllowed, NotFound, StateConflict } from '../../shared/errors.ts';
import { writeMove } from './re-attribution-entries.ts';
import { mayDecideMoves, maySeeMove, unitScopeOf } from './re-attribution-policy.ts';
import { lockPurchase, type Purchase, purchaseOf } from './re-attribution-purchase.ts';

export interface DecideMove {
  id: number;
  approve: boolean;
  /** needed to refuse */
  note: string | null;
  at: Date;
}

/**
 * Approves or refuses a re-attribution; approving writes its mirror entries in the same transaction, under the purchase's lock (rule 6).
 * Refuses strangers with 404, whoever does not organize either unit with 403, the one who asked with 403 `ownReAttribution`, and with
 * 409 one that is decided, whose purchase was moved meanwhile (`purchaseMoved`) or no longer stands.
 */
export async function decideReAttribution(db: PrismaClient, actor: Actor, decided: DecideMove): Promise<void> {
  const { id, approve, note, at } = decided;
  await inTransaction(db, async (tx) => {
    const found = await tx.reAttribution.findUnique({ where: { id } });
    if (!found) throw new NotFound();
    const purchase = await lockPurchase(tx, purchaseOf(found));
    const row = await tx.reAttribution.findUniqueOrThrow({ where: { id } });
    const scope = await unitScopeOf(tx, actor, dayOf(at));
    const move = { ...row, fundingSource: purchase.fundingSource };
    if (!maySeeMove(scope, move)) throw new NotFound();
    if (!mayDecideMoves(scope, move)) throw new NotAllowed();
    if (row.requestedById === actor.id) throw new NotAllowed('ownReAttribution');
    if (row.state !== 'requested') throw new StateConflict('reAttributionDecided');
    if (approve) await moveNow(tx, row, purchase, at);
    const state = approve ? 'approved' : 'refused';
    await tx.reAttribution.update({
      where: { id },
      data: { state, decidedById: actor.id, decidedAt: at, decision: note },
      select: { id: true },
    });
    await audit(tx, {
      at,
      actorId: actor.id,
      action: `re_attribution.${approve ? 'approve' : 'refuse'}`,
      subjectType: 're_attribution',
      subjectId: id,
      unitId: row.fromUnitId,
      before: { unitId: row.fromUnitId },
      after: { unitId: approve ? row.toUnitId : row.fromUnitId },
      reason: note,
    });
  });
}

async function moveNow(
  tx: Tx,
  { id, fromUnitId, toUnitId }: { id: number; fromUnitId: number; toUnitId: number },
  purchase: Purchase,
  at: Date,
): Promise<void> {
  if (purchase.unitId !== fromUnitId) throw new StateConflict('purchaseMoved');
  if (!purchase.stands) throw new StateConflict('purchaseDoesNotStand');
  await writeMove(tx, { reAttributionId: id, purchase, toUnitId, day: dayOf(at), at });
}
