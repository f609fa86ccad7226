import type { Actor } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotAllowed, NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import type { Programme } from '../programme-list.ts';
import type { SheetContext } from './read-target-sheet.ts';
import { setTargets } from './set-target.ts';
import { maySetTargets } from './target-policy.ts';
import { previewSheet } from './target-sheet.ts';
import { findSheet } from './target-sheet-store.ts';

export interface ApplySheet {
  programme: Programme;
  sheetId: number;
  context: SheetContext;
  /** the digest of the preview that was shown */
  seen: string;
  reason: string;
  at: Date;
}

/**
 * Writes an uploaded sheet's changes as new versions, all or none, once, and only what its preview showed. Refuses lookers with 403, an
 * unknown sheet with 404, 409 `sheetApplied`, 409 `sheetMoved` when the preview would now be another, 422 `badInput` while there are
 * faults in it. Returns how many versions were written.
 */
export async function applyTargetSheet(db: PrismaClient, actor: Actor, wish: ApplySheet): Promise<number> {
  const { programme, sheetId, context, seen, reason, at } = wish;
  if (!maySetTargets(actor, programme)) throw new NotAllowed();
  return inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM target_sheet WHERE id = ${sheetId} FOR UPDATE`;
    const sheet = await findSheet(tx, programme.id, sheetId);
    if (!sheet) throw new NotFound();
    if (sheet.appliedAt) throw new StateConflict('sheetApplied');
    const { changes, faults, digest } = await previewSheet(tx, programme, sheet.rows, context);
    if (faults.length > 0) throw new RuleRefusal('badInput', faults);
    if (digest !== seen) throw new StateConflict('sheetMoved');
    const deed = { programmeId: programme.id, reason, byId: actor.id, at };
    const written = await setTargets(
      tx,
      deed,
      changes.map(({ setting }) => setting),
    );
    await tx.targetSheet.update({ where: { id: sheetId }, data: { appliedAt: at } });
    return written.length;
  });
}
