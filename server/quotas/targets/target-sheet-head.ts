import type { SheetRow } from '../../web/read-sheet.ts';
import { plainWord, type Translators, wordsFor } from '../sheets/sheet-words.ts';
import type { TargetUnit } from './target-amounts.ts';

const HEAD_ROWS = 10;
const WORDS = 'targets:sheet.words';
const TEXT_COLUMNS = ['code', 'name', 'category', 'place', 'funding', 'weightUnit'] as const;
type TextColumn = (typeof TEXT_COLUMNS)[number];

/** A column of amounts or weights; null: another column says in which unit. */
export interface ValueColumn {
  column: number;
  unit: TargetUnit | null;
}

export interface SheetHead {
  row: number;
  columns: Partial<Record<TextColumn, number>>;
  values: ValueColumn[];
}

/** Finds the head within the first rows: the first that names a unit's column and one of targets; null when there is none. */
export function findHead(rows: readonly SheetRow[], translators: Translators): SheetHead | null {
  const texts = TEXT_COLUMNS.map((name) => ({ name, words: wordsFor(translators, `${WORDS}.${name}`) }));
  const units = UNITS.map((unit) => ({ unit, words: wordsFor(translators, `${WORDS}.${unit}`) }));
  const weight = wordsFor(translators, `${WORDS}.weight`);
  for (const [row, cells] of rows.slice(0, HEAD_ROWS).entries()) {
    const head: SheetHead = { row, columns: {}, values: [] };
    for (const [column, cell] of cells.entries()) {
      const word = plainWord(cell);
      const text = texts.find(({ words }) => words.has(word));
      const unit = units.find(({ words }) => words.has(word));
      if (text) head.columns[text.name] ??= column;
      else if (unit) head.values.push({ column, unit: unit.unit });
      else if (weight.has(word)) head.values.push({ column, unit: null });
    }
    const names = head.columns.code !== undefined || head.columns.name !== undefined;
    if (names && head.values.length > 0) return head;
  }
  return null;
}

const UNITS = ['yuan', 'tenThousandYuan', 'kilograms', 'jin', 'tonnes'] as const satisfies readonly TargetUnit[];

/** The weight unit that a cell of the own column names; null when it names none. */
export function weightUnitIn(text: string, translators: Translators): TargetUnit | null {
  const word = plainWord(text);
  return (
    (['kilograms', 'jin', 'tonnes'] as const).find((unit) =>
      wordsFor(translators, `targets:sheet.weightWords.${unit}`).has(word),
    ) ?? null
  );
}
