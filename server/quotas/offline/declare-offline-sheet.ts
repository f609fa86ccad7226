import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { groupBy } from '../../shared/group-by.ts';
import { findLineage } from '../../units/lineage.ts';
import { placeDeclared } from '../tally/declared-tally.ts';
import { columnsOf, declarationFact } from './declare-offline-purchase.ts';
import { invoiceOf, lockInvoices } from './offline-invoice.ts';
import { previewOfflineSheet } from './offline-sheet.ts';
import { findOfflineSheet } from './offline-sheet-store.ts';
import { type OfflineSheetContext, readOfflineSheet, type SheetDeclaration } from './read-offline-sheet.ts';

export interface DeclareSheet {
  sheetId: number;
  context: OfflineSheetContext;
  /** the digest of the preview that was shown */
  seen: string;
  at: Date;
}

/**
 * Declares all that an uploaded sheet says, or nothing, once, and only what its preview showed; each declaration is placed from now on
 * and waits for its papers (rules 2, 14). Refuses another's sheet with 404, 409 `offlineSheetApplied`, 409 `offlineSheetMoved` when
 * the preview would now be another, 422 `cannotDeclare` while there are faults in it. Returns how many declarations were written.
 */
export function declareOfflineSheet(db: PrismaClient, actor: Actor, wish: DeclareSheet): Promise<number> {
  const { sheetId, context, seen, at } = wish;
  return inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM offline_sheet WHERE id = ${sheetId} AND byId = ${actor.id} FOR UPDATE`;
    const sheet = await findOfflineSheet(tx, actor.id, sheetId);
    if (!sheet) throw new NotFound();
    if (sheet.appliedAt) throw new StateConflict('offlineSheetApplied');
    const { declarations: read } = readOfflineSheet(sheet.rows, context);
    await lockInvoices(
      tx,
      read.flatMap(({ input }) => invoiceOf(input) ?? []),
    );
    const { declarations, faults, digest } = await previewOfflineSheet(tx, sheet.rows, context);
    if (faults.length > 0) throw new RuleRefusal('cannotDeclare', faults);
    if (digest !== seen) throw new StateConflict('offlineSheetMoved');
    await writeDeclarations(tx, actor, sheetId, declarations, at);
    await tx.offlineSheet.update({ where: { id: sheetId }, data: { appliedAt: at }, select: { id: true } });
    return declarations.length;
  });
}

async function writeDeclarations(
  tx: Tx,
  actor: Actor,
  sheetId: number,
  declarations: readonly SheetDeclaration[],
  at: Date,
): Promise<void> {
  const by = { declaredById: actor.id, declaredAt: at, sheetId };
  await tx.offlinePurchase.createMany({
    data: declarations.map(({ input, unitId }) => ({ ...columnsOf(input), ...by, unitId })),
  });
  // Rows of one statement are numbered in the order in which they were given.
  const ids = await tx.offlinePurchase.findMany({ where: { sheetId }, select: { id: true }, orderBy: { id: 'asc' } });
  const written = declarations.map((declaration, index) => ({ ...declaration, id: ids[index]?.id ?? 0 }));
  await tx.offlineLine.createMany({
    data: written.flatMap(({ id, lines }) => lines.map((line) => ({ ...line, purchaseId: id }))),
  });
  await placeAll(tx, written, at);
  await audit(tx, ...written.map((one) => declarationFact(actor, 'offline_purchase.declare', one, at)), {
    at,
    actorId: actor.id,
    action: 'offline_sheet.declare',
    subjectType: 'offline_sheet',
    subjectId: sheetId,
    after: { declarations: written.length },
  });
}

/** The placed entries, by unit and day, since those are in one place of the tree (rule 3). */
async function placeAll(tx: Tx, written: readonly (SheetDeclaration & { id: number })[], at: Date): Promise<void> {
  const lines = await tx.offlineLine.findMany({
    where: { purchaseId: { in: written.map(({ id }) => id) } },
    select: { id: true, purchaseId: true },
    orderBy: { id: 'asc' },
  });
  for (const alike of groupBy(written, ({ unitId, input }) => `${unitId} ${input.purchasedOn}`).values()) {
    const [first] = alike;
    if (!first) continue;
    const { purchasedOn } = first.input;
    const ids = new Set(alike.map(({ id }) => id));
    const lineIds = lines.filter(({ purchaseId }) => ids.has(purchaseId)).map(({ id }) => id);
    const lineage = await findLineage(tx, first.unitId, purchasedOn);
    await placeDeclared(tx, { kind: 'offline', lineIds, lineage, purchasedOn, at, counts: false });
  }
}
