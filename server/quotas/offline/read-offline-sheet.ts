import type { CategoryTree } from '../../catalog/category-tree.ts';
import type { Day } from '../../shared/days.ts';
import type { Fault } from '../../shared/errors.ts';
import type { PlaceTree } from '../../units/place-tree.ts';
import type { NamedUnit } from '../../units/units-below.ts';
import { faultsOf } from '../../web/forms.ts';
import { cellName, type SheetRow } from '../../web/read-sheet.ts';
import { dayInCell, fenInCell, gramsInCell } from '../sheets/sheet-cells.ts';
import { fundingMeantBy, meantBy, plainWord, type Translators, wordsFor } from '../sheets/sheet-words.ts';
import { factsAtFault } from './declare-offline-purchase.ts';
import { gatherPurchases, type SheetPurchase } from './gather-sheet-purchases.ts';
import type { ResolvedLine } from './offline-lines.ts';
import { missingOfPaper, type OfflineInput, offlineInput } from './offline-schemas.ts';
import {
  findOfflineHead,
  type LinePart,
  missingColumns,
  type OfflineSheetHead,
  type SharedPart,
  type SheetPart,
} from './offline-sheet-head.ts';

export const MOST_SHEET_LINES = 500;

export interface OfflineSheetContext {
  translators: Translators;
  /** for whom the actor may declare */
  units: readonly NamedUnit[];
  categories: CategoryTree;
  places: PlaceTree;
  suppliers: readonly { id: number; code: string; name: string; nameEn: string }[];
  today: Day;
}

export type CellFault = Fault & { content: string };

export interface SheetDeclaration {
  input: OfflineInput;
  unitId: number;
  lines: ResolvedLine[];
  purchase: SheetPurchase;
}

export interface OfflineSheetReading {
  declarations: SheetDeclaration[];
  /** by cell, "C7" */
  faults: CellFault[];
  /** how many rows hold a line; examples and empty ones are none */
  rows: number;
  cellOf: (purchase: SheetPurchase, path: string) => { path: string; content: string };
}

/**
 * Reads a table of offline purchases: a row for each line, rows of one invoice as one declaration (rule 14). Every fault by its cell;
 * without a head or with a column missing one fault, at the head.
 */
export function readOfflineSheet(rows: readonly SheetRow[], context: OfflineSheetContext): OfflineSheetReading {
  const head = findOfflineHead(rows, context.translators);
  if (!head) return headless(rows, [{ path: 'A1', code: 'offlineSheetWithoutHead', content: rows[0]?.[0] ?? '' }]);
  const missing = missingColumns(head, context.units.length === 1);
  const named = missing.map((name) => context.translators[0]?.(`offlineSheet:head.${name}`) ?? name);
  const heads = cellName(head.row, 0);
  if (missing.length > 0)
    return headless(
      rows,
      named.map((name) => ({ path: heads, code: 'columnNotThere', values: { name }, content: '' })),
    );
  const example = [...wordsFor(context.translators, 'offlineSheet:example')];
  const filled = [...rows.keys()].filter(
    (row) => row > head.row && rows[row]?.some((cell) => cell !== '') && !isExample(rows[row] ?? [], head, example),
  );
  if (filled.length === 0) return headless(rows, [{ path: heads, code: 'emptySheet', content: '' }]);
  if (filled.length > MOST_SHEET_LINES)
    return headless(rows, [{ path: heads, code: 'tooManyRows', values: { maximum: MOST_SHEET_LINES }, content: '' }]);
  return readPurchases(rows, head, filled, context);
}

function isExample(cells: SheetRow, { columns }: OfflineSheetHead, example: readonly string[]): boolean {
  const mark = plainWord(columns.mark === undefined ? '' : (cells[columns.mark] ?? ''));
  return example.some((word) => mark.startsWith(word));
}

function headless(rows: readonly SheetRow[], faults: CellFault[]): OfflineSheetReading {
  const cellOf = () => ({ path: 'A1', content: rows[0]?.[0] ?? '' });
  return { declarations: [], faults, rows: 0, cellOf };
}

function readPurchases(
  rows: readonly SheetRow[],
  head: OfflineSheetHead,
  filled: readonly number[],
  context: OfflineSheetContext,
): OfflineSheetReading {
  const { purchases, differing } = gatherPurchases(rows, head, filled);
  const faults: CellFault[] = [];
  const at = (row: number, part: SheetPart) => {
    const column = head.columns[part] ?? 0;
    return { path: cellName(row, column), content: rows[row]?.[column] ?? '' };
  };
  for (const { row, part, first } of differing)
    faults.push({ ...at(row, part), code: 'differsFromRow', values: { cell: at(first, part).path } });
  const cellOf = (purchase: SheetPurchase, path: string) => {
    const [, index, part] = /^lines\.(\d+)\.(\w+)$/.exec(path) ?? [];
    if (part) return at(purchase.rows[Number(index)] ?? purchase.rows[0] ?? 0, part as SheetPart);
    if (path === 'lines') return at(purchase.rows.at(-1) ?? 0, 'goods');
    const shared = (path === 'isFromFarmer' ? 'kind' : path) as SharedPart;
    return at(purchase.shared[shared]?.row ?? purchase.rows[0] ?? 0, shared);
  };
  const declarations = purchases.flatMap((purchase): SheetDeclaration[] => {
    const read = readPurchase(purchase, { ...context, rows, head });
    faults.push(...read.faults.map((fault) => ({ ...fault, ...cellOf(purchase, fault.path) })));
    return read.declaration && read.faults.length === 0 ? [{ ...read.declaration, purchase }] : [];
  });
  return { declarations, faults, rows: filled.length, cellOf };
}

type Reading = OfflineSheetContext & { rows: readonly SheetRow[]; head: OfflineSheetHead };
interface PurchaseReading {
  declaration: Omit<SheetDeclaration, 'purchase'> | null;
  faults: Fault[];
}

/** One purchase with its faults by field, one for each field. */
function readPurchase(purchase: SheetPurchase, reading: Reading): PurchaseReading {
  const { translators, units, categories, places, suppliers, today } = reading;
  const faults: Fault[] = [];
  const meant = <T>(
    text: string,
    path: string,
    code: string,
    find: (text: string) => T | null | undefined,
  ): T | undefined => {
    const found = text === '' ? undefined : find(text);
    if (found !== null && found !== undefined) return found;
    if (text !== '') faults.push({ path, code, values: { code: text, name: text } });
    return undefined;
  };
  const named = <T extends Named>(nodes: Iterable<T>, text: string, path: string, unknown: string): T | undefined => {
    const found = meantBy(nodes, text);
    return meant(text, path, found.length > 1 ? 'ambiguousName' : unknown, () =>
      found.length === 1 ? found[0] : null,
    );
  };
  const shared = (part: SharedPart) => purchase.shared[part]?.text ?? '';
  const unit =
    shared('unit') === '' && units.length === 1
      ? units[0]
      : named(units, shared('unit'), 'unit', 'notYourUnitToDeclare');
  const paper = {
    isFromFarmer:
      meant(shared('kind'), 'isFromFarmer', 'unknownPaperKind', (text) => isFarmers(text, translators)) ?? false,
    sellerTaxNumber: shared('sellerTaxNumber') || undefined,
    invoiceNumber: shared('invoiceNumber') || undefined,
    invoiceFen: meant(shared('invoiceFen'), 'invoiceFen', 'malformedAmount', fenInCell),
  };
  const lines = purchase.rows.map((row, index) => {
    const text = (part: LinePart) => reading.rows[row]?.[reading.head.columns[part] ?? -1] ?? '';
    const path = (part: LinePart) => `lines.${index}.${part}`;
    return {
      category: named(categories.byId.values(), text('category'), path('category'), 'unknownCategory'),
      origin: named(places.byId.values(), text('origin'), path('origin'), 'unknownPlace'),
      supplier: named(suppliers, text('supplier'), path('supplier'), 'unknownSupplier'),
      goods: text('goods') || undefined,
      fen: meant(text('fen'), path('fen'), 'malformedAmount', fenInCell),
      grams: meant(text('grams'), path('grams'), 'malformedWeight', (typed) =>
        gramsInCell(typed, reading.head.weightUnit),
      ),
    };
  });
  const purchasedOn = meant(shared('purchasedOn'), 'purchasedOn', 'malformedDay', dayInCell);
  const result = offlineInput.safeParse(
    {
      ...{ ...paper, purchasedOn, unit: unit?.code, sellerName: shared('sellerName') || undefined },
      fundingSource: meant(shared('fundingSource'), 'fundingSource', 'unknownFunding', (text) =>
        fundingMeantBy(translators, text),
      ),
      note: shared('note') || undefined,
      lines: lines.map(({ category, origin, supplier, ...line }) => ({
        ...{ ...line, category: category?.code, origin: origin?.code, supplier: supplier?.code },
      })),
    },
    { reportInput: true },
  );
  const facts = { purchasedOn: purchasedOn ?? today, lines: lines.map(({ grams = 1 }) => ({ grams })) };
  faults.push(...factsAtFault(facts, today), ...(result.success ? [] : faultsOf(result.error)));
  faults.push(...missingOfPaper(paper).map((path) => ({ path, code: 'required' })));
  const first = faults.filter(({ path }, index) => faults.findIndex((one) => one.path === path) === index);
  if (!result.success) return { declaration: null, faults: first };
  const resolved = lines.map(({ category, origin, supplier, goods = '', fen = 0, grams = 0 }) => ({
    ...{ categoryId: category?.id ?? 0, originPlaceId: origin?.id ?? 0, supplierId: supplier?.id ?? null },
    ...{ goods, fen, grams },
  }));
  return { declaration: { input: result.data, unitId: unit?.id ?? 0, lines: resolved }, faults: first };
}

type Named = { code: string; name: string; nameEn: string };

function isFarmers(text: string, translators: Translators): boolean | null {
  const word = plainWord(text);
  if (wordsFor(translators, 'offlineSheet:kindWords.farmer').has(word)) return true;
  return wordsFor(translators, 'offlineSheet:kindWords.invoice').has(word) ? false : null;
}
