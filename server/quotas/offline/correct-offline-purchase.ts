import { audit } from '../../db/audit.ts';
import { NotAllowed, RuleRefusal } from '../../shared/errors.ts';
import {
  auditDeclaration,
  checkedDeclaration,
  columnsOf,
  type DeclareParts,
  writeLines,
} from './declare-offline-purchase.ts';
import { type OfflineAct, onOfflinePurchase } from './lock-offline-purchase.ts';
import { type Evidence, keepEvidence } from './offline-evidence.ts';
import { claimInvoice } from './offline-invoice.ts';
import { mayCorrect } from './offline-policy.ts';
import type { OfflineInput } from './offline-schemas.ts';

export interface Correction extends OfflineAct {
  input: OfflineInput;
  evidence: readonly Evidence[];
}

/**
 * A returned declaration, corrected and declared again: placed anew from now on, with lines of their own entries, its former ones
 * being reversed (rules 4, 14). Refuses as declaring does, and a change of the unit: another unit's is another declaration.
 */
export async function correctOfflinePurchase({ db, files }: DeclareParts, correction: Correction): Promise<void> {
  const { actor, at, input, evidence } = correction;
  const { unitId, lines } = await checkedDeclaration(db, actor, input, at);
  await onOfflinePurchase(db, correction, ['returned'], async (tx, purchase, reach) => {
    if (!mayCorrect(reach, actor, purchase)) throw new NotAllowed();
    if (purchase.unitId !== unitId) throw new RuleRefusal('cannotDeclare', [{ path: 'unit', code: 'sameUnitNeeded' }]);
    await claimInvoice(tx, input, purchase.id);
    const undecided = { state: 'declared', decidedById: null, decidedAt: null, reason: null } as const;
    const unconfirmed = { confirmedById: null, confirmedAt: null };
    await tx.offlinePurchase.update({
      where: { id: purchase.id },
      data: { ...columnsOf(input), ...undecided, ...unconfirmed, declaredById: actor.id, declaredAt: at },
      select: { id: true },
    });
    await tx.offlineLine.deleteMany({ where: { purchaseId: purchase.id } });
    await writeLines(tx, { id: purchase.id, unitId, input }, lines, at);
    await keepEvidence(tx, files, purchase.id, evidence, actor.id);
    await auditDeclaration(tx, actor, 'offline_purchase.correct', { id: purchase.id, unitId, input }, at);
  });
}

/** Adds papers to a declaration that waits, as those of one that came by Excel. */
export async function addEvidence(
  { db, files }: DeclareParts,
  act: OfflineAct & { evidence: readonly Evidence[] },
): Promise<void> {
  const { actor, at, evidence } = act;
  await onOfflinePurchase(db, act, ['declared'], async (tx, purchase, reach) => {
    if (!mayCorrect(reach, actor, purchase)) throw new NotAllowed();
    await keepEvidence(tx, files, purchase.id, evidence, actor.id);
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'offline_purchase.add_evidence', subjectType: 'offline_purchase' },
      ...{ subjectId: purchase.id, unitId: purchase.unitId, after: { files: evidence.map(({ name }) => name) } },
    });
  });
}
