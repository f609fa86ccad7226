import type { Actor } from '../../accounts/actor.ts';
import type { CategoryTree } from '../../catalog/category-tree.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { digestOf } from '../../quotas/sheets/kept-sheet.ts';
import type { Translators } from '../../quotas/sheets/sheet-words.ts';
import { type Fault, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import type { PlaceTree } from '../../units/place-tree.ts';
import { byCell, type SheetRow } from '../../web/read-sheet.ts';
import { applyBatchLine } from './batch-line.ts';
import { applyGoodsLines } from './goods-lines.ts';
import { faultsOfLine } from './line-faults.ts';
import { readLines } from './read-cells.ts';
import type { SheetChoices } from './sheet-choices.ts';
import type { GoodsColumn, SheetKind } from './sheet-columns.ts';

export interface SheetContext {
  translators: Translators;
  categories: CategoryTree;
  places: PlaceTree;
  /** suppliers that the actor looks after */
  suppliers: readonly { id: number; name: string; nameEn: string; placeId: number; code: string }[];
  /** what cells may name */
  choices: SheetChoices;
}

/** A cell that says something else than before, in the words of GoodsTexts. */
export interface TextChange {
  column: GoodsColumn;
  before: string;
  after: string;
}

/** What a line comes to. */
export interface LineOutcome {
  row: number;
  what: 'new' | 'changed' | 'same';
  name: string;
  nameEn: string;
  spec: string;
  specEn: string;
  /** fen; null: stays as it is */
  priceFen: number | null;
  /** waits for the operator (rule 21) */
  priceFlagged: boolean;
  /** of a batch, units of sale */
  quantity: number | null;
  /** of goods that were there */
  changes: readonly TextChange[];
}

export interface SheetOutcome {
  lines: LineOutcome[];
  /** by cell, in the sheet's order */
  faults: Fault[];
  digest: string;
}

/** Carries the outcome out of a transaction that must not be committed. */
class Undone extends Error {
  readonly outcome: SheetOutcome;
  constructor(outcome: SheetOutcome) {
    super('undone');
    this.outcome = outcome;
  }
}

/** Everything that a table would do, done and undone again: what the preview shows is what the application meets. */
export async function previewSheet(
  db: PrismaClient,
  actor: Actor,
  context: SheetContext,
  sheet: { kind: SheetKind; rows: readonly SheetRow[] },
  at: Date,
): Promise<SheetOutcome> {
  try {
    return await inTransaction(db, async (tx) => {
      throw new Undone(await run(tx, actor, context, sheet, at));
    });
  } catch (error) {
    if (error instanceof Undone) return error.outcome;
    throw error;
  }
}

/**
 * Does all that a kept table says, or nothing. Refuses one that was applied already (409), that comes to something else than the preview
 * showed (`goodsSheetMoved`), or has faults.
 */
export async function applySheet(
  db: PrismaClient,
  actor: Actor,
  context: SheetContext,
  sheet: { id: number; kind: SheetKind; rows: readonly SheetRow[]; seen: string },
  at: Date,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const { count } = await tx.goodsSheet.updateMany({
      where: { id: sheet.id, byId: actor.id, appliedAt: null },
      data: { appliedAt: at },
    });
    if (count !== 1) throw new StateConflict('sheetApplied');
    const { lines, faults, digest } = await run(tx, actor, context, sheet, at);
    if (digest !== sheet.seen) throw new RuleRefusal('goodsSheetMoved', [{ path: '', code: 'goodsSheetMoved' }]);
    if (faults.length > 0) throw new RuleRefusal('badInput', faults);
    return lines.filter(({ what }) => what !== 'same').length;
  });
}

async function run(
  tx: Tx,
  actor: Actor,
  context: SheetContext,
  { kind, rows }: { kind: SheetKind; rows: readonly SheetRow[] },
  at: Date,
): Promise<SheetOutcome> {
  const { lines, faults } = readLines(context.translators, kind, rows);
  const outcomes: LineOutcome[] = [];
  if (faults.length === 0 && kind === 'goods') {
    const applied = await applyGoodsLines(tx, actor, context, lines, at);
    outcomes.push(...applied.outcomes);
    faults.push(...applied.faults);
  } else if (faults.length === 0)
    for (const line of lines)
      try {
        outcomes.push({ row: line.row, ...(await applyBatchLine(tx, actor, context, line, at)) });
      } catch (error) {
        faults.push(...faultsOfLine(error, () => line));
      }
  return { lines: outcomes, faults: byCell(faults), digest: digestOf({ outcomes, faults }) };
}
