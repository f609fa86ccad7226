import type { Actor } from '../../accounts/actor.ts';
import type { Tx } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { Fault } from '../../shared/errors.ts';
import type { LineOutcome, SheetContext } from './apply-sheet.ts';
import { applyFamilyWishes, type FamilyLine } from './family-wishes.ts';
import { applyGoodsLine, isChanging } from './goods-line.ts';
import { goodsForSheet, type SheetGood, textsOfGood } from './goods-texts.ts';
import { faultsOfLine, LineFaults } from './line-faults.ts';
import { applyNewLine, type MadeGoods, type NewLine } from './new-goods-line.ts';
import type { SheetLine } from './read-cells.ts';
import { readGoodsCells } from './read-goods-cells.ts';
import { FAMILY_COLUMNS, MOST_WRITTEN } from './sheet-columns.ts';

/**
 * What the lines of a table of goods come to: one with a code changes its specification and, where its words differ, its good; one
 * without is new. Only what differs is written. Faults by cell.
 */
export async function applyGoodsLines(
  tx: Tx,
  actor: Actor,
  context: SheetContext,
  lines: readonly SheetLine[],
  at: Date,
): Promise<{ outcomes: LineOutcome[]; faults: Fault[] }> {
  const goods = await goodsForSheet(tx, { supplierId: { in: context.suppliers.map(({ id }) => id) } });
  const { own: told, fresh, faults } = readAll(context, goods, lines);
  if (told.filter(isChanging).length + fresh.length > MOST_WRITTEN)
    return { outcomes: [], faults: [{ path: 'A1', code: 'tooManyChanges', values: { maximum: MOST_WRITTEN } }] };
  const joining = fresh.flatMap((one) => joinedFamily(context, goods, one));
  const held = await heldAndReadAgain(tx, [...told, ...joining]);
  const own = held.slice(0, told.length);
  faults.push(...(await applyFamilyWishes(tx, actor, context.choices, held, at)));
  const made: MadeGoods = new Map();
  const steps = [
    ...own.map((read) => ({ line: read.line, apply: () => applyGoodsLine(tx, actor, context, read, at) })),
    ...fresh.map((read) => ({ line: read.line, apply: () => applyNewLine(tx, actor, context, made, read, at) })),
  ].sort((one, other) => one.line.row - other.line.row);
  const outcomes: LineOutcome[] = [];
  for (const { line, apply } of steps)
    try {
      outcomes.push({ row: line.row, ...(await apply()) });
    } catch (error) {
      faults.push(...faultsOfLine(error, () => line));
    }
  return { outcomes, faults };
}

/** Every line's cells, with the good of its code. */
function readAll(context: SheetContext, goods: readonly SheetGood[], lines: readonly SheetLine[]) {
  const byCode = new Map(goods.map((good) => [good.code, good]));
  const rows = new Map<string, number>();
  const [own, fresh, faults]: [FamilyLine[], NewLine[], Fault[]] = [[], [], []];
  for (const line of lines)
    try {
      const code = line.cells.code ?? '';
      const good = byCode.get(code);
      if (code && !good) throw new LineFaults([{ column: 'code', code: 'noSuchProduct' }]);
      const above = rows.get(code);
      if (code && above) throw new LineFaults([{ column: 'code', code: 'codeTwice', values: { row: above } }]);
      rows.set(code, line.row);
      const typed = readGoodsCells(context, line);
      if (good) own.push({ line, typed, good, before: textsOfGood(good) });
      else fresh.push({ line, typed });
    } catch (error) {
      faults.push(...faultsOfLine(error, () => line));
    }
  return { own, fresh, faults };
}

/** Takes the rows that are to change, goods before specifications, and reads them again: nobody changes them meanwhile. */
async function heldAndReadAgain(tx: Tx, lines: readonly FamilyLine[]): Promise<FamilyLine[]> {
  const changing = lines.filter(isChanging);
  if (changing.length === 0) return [...lines];
  const reworded = changing.filter(({ typed, before }) =>
    FAMILY_COLUMNS.some((column) => typed[column] !== undefined && typed[column] !== before[column]),
  );
  const familyIds = [...new Set(reworded.map(({ good }) => good.familyId))];
  if (familyIds.length > 0)
    await tx.$queryRaw`SELECT id FROM product_family WHERE id IN (${Prisma.join(familyIds)}) ORDER BY id FOR UPDATE`;
  const ids = changing.map(({ good }) => good.id);
  await tx.$queryRaw`SELECT id FROM product WHERE id IN (${Prisma.join(ids)}) ORDER BY id FOR UPDATE`;
  const held = new Map((await goodsForSheet(tx, { id: { in: ids } })).map((good) => [good.id, good]));
  return lines.map((read) => {
    const good = held.get(read.good.id);
    return good ? { ...read, good, before: textsOfGood(good) } : read;
  });
}

/** A new specification of a good that is there may change its words as well as the others of it. */
function joinedFamily(
  { suppliers }: SheetContext,
  goods: readonly SheetGood[],
  { line, typed }: NewLine,
): FamilyLine[] {
  const good = goods.find(
    ({ family, supplier }) =>
      family.name === typed.name && (suppliers.length === 1 || supplier.code === typed.supplier),
  );
  return good ? [{ line, typed, good, before: textsOfGood(good) }] : [];
}
