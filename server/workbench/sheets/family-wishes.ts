import type { Actor } from '../../accounts/actor.ts';
import type { Tx } from '../../db/client.ts';
import type { Fault } from '../../shared/errors.ts';
import { familyValues } from '../goods/goods-form.ts';
import { familyForm } from '../goods/goods-schemas.ts';
import { changeFamily } from '../goods/save-family.ts';
import { columnOfField, parseTexts, rawTexts } from './goods-fields.ts';
import type { GoodsTexts, SheetGood } from './goods-texts.ts';
import { byColumn, faultsOfLine, LineFaults } from './line-faults.ts';
import type { SheetLine } from './read-cells.ts';
import type { TypedTexts } from './read-goods-cells.ts';
import type { SheetChoices } from './sheet-choices.ts';
import { FAMILY_COLUMNS } from './sheet-columns.ts';

type FamilyColumn = (typeof FAMILY_COLUMNS)[number];

/** A line and the good whose words it may change: its own, or for a new specification one of the good that it joins. */
export interface FamilyLine {
  line: SheetLine;
  typed: TypedTexts;
  good: SheetGood;
  before: GoodsTexts;
}

interface Wish {
  good: SheetGood;
  texts: TypedTexts;
  /** the line that asks for it */
  by: Map<FamilyColumn, SheetLine>;
  anyLine: SheetLine;
}

/**
 * Changes the words of goods as their lines ask for them. The lines of one good repeat its words, so a change in one of them is a change
 * of all; two that ask for different ones are a fault of the later.
 */
export async function applyFamilyWishes(
  tx: Tx,
  actor: Actor,
  choices: SheetChoices,
  lines: readonly FamilyLine[],
  at: Date,
): Promise<Fault[]> {
  const { wishes, faults } = gather(lines);
  for (const [familyId, { good, texts, by, anyLine }] of wishes) {
    try {
      const input = parseTexts(familyForm, {
        ...familyValues(good.family),
        ...rawTexts(choices, texts, FAMILY_COLUMNS),
      });
      await byColumn(changeFamily(tx, actor, familyId, input, at), columnOfField);
    } catch (error) {
      faults.push(...faultsOfLine(error, (column) => by.get(column as FamilyColumn) ?? anyLine));
    }
  }
  return faults;
}

function gather(lines: readonly FamilyLine[]): { wishes: Map<number, Wish>; faults: Fault[] } {
  const wishes = new Map<number, Wish>();
  const faults: Fault[] = [];
  for (const { line, typed, good, before } of lines)
    for (const column of FAMILY_COLUMNS) {
      const text = typed[column];
      if (text === undefined || text === before[column]) continue;
      const wish: Wish = wishes.get(good.familyId) ?? { good, texts: {}, by: new Map(), anyLine: line };
      wishes.set(good.familyId, wish);
      const other = wish.by.get(column);
      if (other && wish.texts[column] !== text) faults.push(...faultsOfLine(differs(column, other.row), () => line));
      else if (!other) {
        wish.texts[column] = text;
        wish.by.set(column, line);
      }
    }
  return { wishes, faults };
}

/** Two lines of one good do not agree on its words. */
export function differs(column: FamilyColumn, row: number): LineFaults {
  return new LineFaults([{ column, code: 'familyLinesDiffer', values: { row } }]);
}
