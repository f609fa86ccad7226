import type { SheetRow } from '../../web/read-sheet.ts';
import type { WeightUnit } from '../sheets/sheet-cells.ts';
import { plainWord, type Translators, wordsFor } from '../sheets/sheet-words.ts';

/** The parts that rows of one invoice share; each stands in its first row and may be left empty in the further ones. */
export const SHARED_PARTS = [
  ...(['unit', 'fundingSource', 'purchasedOn', 'kind', 'sellerName', 'sellerTaxNumber'] as const),
  ...(['invoiceNumber', 'invoiceFen', 'note'] as const),
];
export type SharedPart = (typeof SHARED_PARTS)[number];
/** The parts that every row has of its own. */
export const LINE_PARTS = ['category', 'origin', 'supplier', 'goods', 'fen', 'grams'] as const;
export type LinePart = (typeof LINE_PARTS)[number];
export type SheetPart = SharedPart | LinePart;

/** The columns of the template, in its order; the first may hold the word that marks an example. */
export const SHEET_COLUMNS = [
  ...(['mark', 'unit', 'fundingSource', 'purchasedOn', 'kind', 'sellerName', 'sellerTaxNumber'] as const),
  ...(['invoiceNumber', 'invoiceFen', ...LINE_PARTS, 'note'] as const),
];
export type SheetColumn = (typeof SHEET_COLUMNS)[number];

const OPTIONAL: readonly SheetColumn[] = ['mark', 'kind', 'supplier', 'note'];
const HEAD_ROWS = 10;
const FEWEST_HEADS = 4;

export interface OfflineSheetHead {
  row: number;
  columns: Partial<Record<SheetColumn, number>>;
  weightUnit: WeightUnit;
}

/** Finds the head within the first rows: the one that names most columns, at least four; null when there is none. */
export function findOfflineHead(rows: readonly SheetRow[], translators: Translators): OfflineSheetHead | null {
  const words = SHEET_COLUMNS.map((name) => ({ name, words: wordsFor(translators, `offlineSheet:words.${name}`) }));
  const jin = wordsFor(translators, 'offlineSheet:words.jin');
  const heads = rows.slice(0, HEAD_ROWS).map((cells, row) => {
    const head: OfflineSheetHead = { row, columns: {}, weightUnit: 'kilograms' };
    for (const [column, cell] of cells.entries()) {
      const word = plainWord(cell);
      const isJin = jin.has(word);
      const name = isJin ? 'grams' : words.find((one) => one.words.has(word))?.name;
      if (!name || head.columns[name] !== undefined) continue;
      head.columns[name] = column;
      if (isJin) head.weightUnit = 'jin';
    }
    return head;
  });
  const size = ({ columns }: OfflineSheetHead) => Object.keys(columns).length;
  const best = heads.sort((a, b) => size(b) - size(a) || a.row - b.row)[0];
  return best && size(best) >= FEWEST_HEADS ? best : null;
}

/** The columns that a head lacks; a unit's is not needed by who declares for one alone. */
export function missingColumns({ columns }: OfflineSheetHead, hasOneUnit: boolean): SheetColumn[] {
  return SHEET_COLUMNS.filter(
    (name) => columns[name] === undefined && !OPTIONAL.includes(name) && !(name === 'unit' && hasOneUnit),
  );
}
