import { LOCALES, type Translate } from '../web/i18n.ts';
import type { SheetRow } from '../web/read-sheet.ts';
import type { TargetUnit } from './target-amounts.ts';

const HEAD_ROWS = 10;
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

/** The sentences of each language, so that a sheet is read in whichever it was written. */
export type Translators = readonly Translate[];

export function translatorsOf(of: (locale: (typeof LOCALES)[number]) => Translate): Translators {
  return LOCALES.map(of);
}

/** "任务数（元）" and "Target (yuan)" alike, whatever the width of the brackets and the spaces. */
export function plainWord(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s:*]/g, '');
}

/** All spellings of a word of the sheet in all languages; the messages part them by "|". */
export function wordsFor(translators: Translators, key: string): Set<string> {
  return new Set(translators.flatMap((t) => t(`targets:sheet.words.${key}`).split('|').map(plainWord)));
}

/** Finds the head within the first rows: the first that names a unit's column and one of targets; null when there is none. */
export function findHead(rows: readonly SheetRow[], translators: Translators): SheetHead | null {
  const texts = TEXT_COLUMNS.map((name) => ({ name, words: wordsFor(translators, name) }));
  const units = UNITS.map((unit) => ({ unit, words: wordsFor(translators, unit) }));
  const weight = wordsFor(translators, 'weight');
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
      translators.some((t) => t(`targets:sheet.weightWords.${unit}`).split('|').map(plainWord).includes(word)),
    ) ?? null
  );
}
