import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayOf, dayToColumn } from '../../shared/days.ts';
import { RuleRefusal } from '../../shared/errors.ts';
import { groupBy } from '../../shared/group-by.ts';
import { findLineage } from '../../units/lineage.ts';
import type { SheetRow } from '../../web/read-sheet.ts';
import { placeDeclared, reverseDeclared } from '../tally/declared-tally.ts';
import type { Lookups } from './external-lookups.ts';
import type { ExternalMapping } from './external-mapping.ts';
import { knownLines } from './external-queries.ts';
import { headRowOf, type ImportPlan, planExternalImport } from './plan-external-import.ts';

export interface ExternalList {
  platformId: number;
  fileId: number;
  rows: readonly SheetRow[];
  mapping: ExternalMapping;
  lookups: Lookups;
}

/**
 * Imports a platform's list, all of it or nothing: new lines are placed and counted at once, since the organizer has checked the list;
 * of lines that tell less than before the difference is reversed (rules 2, 4, 15). Two lists of one platform at once come one after the
 * other, and the second finds the first's lines. Refuses with every fault, and while a word is unexplained.
 */
export function importExternalPurchases(
  db: PrismaClient,
  actor: Actor,
  list: ExternalList,
  at: Date,
): Promise<Pick<ImportPlan, 'same' | 'empty'> & { added: number; lowered: number }> {
  return inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM external_platform WHERE id = ${list.platformId} FOR UPDATE`;
    const known = await knownLines(tx, list.platformId, orderNumbersIn(list));
    const plan = planExternalImport(list.rows, list.mapping, list.lookups, known, dayOf(at));
    if (plan.faults.length > 0 || plan.asked.length > 0) throw new RuleRefusal('cannotImport', plan.faults);
    const { added, lowered, same, empty } = plan;
    const { id: importId } = await tx.externalImport.create({
      data: {
        platformId: list.platformId,
        fileId: list.fileId,
        byId: actor.id,
        rows: added.length + lowered.length + same + empty,
        at,
      },
      select: { id: true },
    });
    await add(tx, list.platformId, importId, added, at);
    for (const change of lowered) await lower(tx, importId, change, at);
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'external.import', subjectType: 'external_import', subjectId: importId },
      after: {
        platformId: list.platformId,
        added: added.length,
        lowered: lowered.length,
        same,
        fen: added.reduce((sum, { fen }) => sum + fen, 0),
      },
    });
    return { added: added.length, lowered: lowered.length, same, empty };
  });
}

/** The order numbers of a list, for finding what is there already. */
export function orderNumbersIn({ rows, mapping }: Pick<ExternalList, 'rows' | 'mapping'>): string[] {
  const column = (rows[headRowOf(rows, mapping)] ?? []).indexOf(mapping.columns.orderNumber ?? '');
  return column < 0 ? [] : rows.map((row) => (row[column] ?? '').trim()).filter(Boolean);
}

async function add(tx: Tx, platformId: number, importId: number, lines: ImportPlan['added'], at: Date): Promise<void> {
  if (lines.length === 0) return;
  await tx.externalPurchase.createMany({
    data: lines.map(({ purchasedOn, ...line }) => ({
      ...{ ...line, platformId, importId, state: 'verified' as const, purchasedOn: dayToColumn(purchasedOn) },
    })),
  });
  const written = await tx.externalPurchase.findMany({
    where: { importId },
    select: { id: true, unitId: true, purchasedOn: true },
    orderBy: { id: 'asc' },
  });
  const groups = groupBy(written, ({ unitId, purchasedOn }) => `${unitId} ${purchasedOn.toISOString().slice(0, 10)}`);
  for (const [key, group] of groups) {
    const [unitId = '', purchasedOn = ''] = key.split(' ');
    const lineage = await findLineage(tx, Number(unitId), purchasedOn);
    const lineIds = group.map(({ id }) => id);
    await placeDeclared(tx, { kind: 'external', lineIds, lineage, purchasedOn, at, counts: true });
  }
}

async function lower(
  tx: Tx,
  importId: number,
  { before, after }: ImportPlan['lowered'][number],
  at: Date,
): Promise<void> {
  const { id: purchaseId, fen: beforeFen, grams: beforeGrams } = before;
  const { fen: afterFen, grams: afterGrams } = after;
  const change = await tx.externalChange.create({
    data: { purchaseId, importId, beforeFen, beforeGrams, afterFen, afterGrams, at },
    select: { id: true },
  });
  await tx.externalPurchase.update({
    where: { id: purchaseId },
    data: { fen: afterFen, grams: afterGrams },
    select: { id: true },
  });
  const part = { fen: beforeFen - afterFen, grams: beforeGrams - afterGrams };
  await reverseDeclared(tx, { kind: 'external', sourceId: change.id, lineId: purchaseId, part, at });
}
