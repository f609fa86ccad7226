import { plainWord, type Translators, wordsFor } from '../../quotas/sheets/sheet-words.ts';
import type { Fault } from '../../shared/errors.ts';
import { cellName, type SheetRow } from '../../web/read-sheet.ts';
import { MOST_SHEET_ROWS, NEEDED_COLUMNS, SHEET_COLUMNS, type SheetColumn, type SheetKind } from './sheet-columns.ts';

/** A row of a table by its columns, with what each cell is called. */
export interface SheetLine {
  /** as Excel numbers it */
  row: number;
  cells: Partial<Record<SheetColumn, string>>;
  cellOf: (column: SheetColumn) => string;
}

/** The lines of a table whose first row names its columns, in either language and any order. Faults by cell. */
export function readLines(
  translators: Translators,
  kind: SheetKind,
  rows: readonly SheetRow[],
): { lines: SheetLine[]; faults: Fault[] } {
  const [head = [], ...body] = rows;
  const words = head.map(plainWord);
  const places = new Map<SheetColumn, number>();
  for (const column of SHEET_COLUMNS[kind]) {
    const known = wordsFor(translators, `goodsSheet:head.${column}`);
    const at = words.findIndex((word) => known.has(word));
    if (at >= 0) places.set(column, at);
  }
  const faults = NEEDED_COLUMNS[kind]
    .filter((column) => !places.has(column))
    .map((column): Fault => ({ path: 'A1', code: 'columnMissing', values: { column } }));
  const lines = body.flatMap((cells, index): SheetLine[] => {
    if (cells.every((cell) => cell === '')) return [];
    const row = index + 1;
    return [
      {
        row: row + 1,
        cells: Object.fromEntries([...places].map(([column, at]) => [column, cells[at] ?? ''])),
        cellOf: (column) => cellName(row, places.get(column) ?? 0),
      },
    ];
  });
  const maximum = MOST_SHEET_ROWS[kind];
  if (lines.length > maximum) faults.push({ path: 'A1', code: 'tooManyRows', values: { maximum } });
  return { lines: lines.slice(0, maximum), faults };
}
