import type { SheetRow } from '../../web/read-sheet.ts';
import { dayInCell, fenInCell } from '../sheets/sheet-cells.ts';
import { plainWord } from '../sheets/sheet-words.ts';
import { type OfflineSheetHead, SHARED_PARTS, type SharedPart } from './offline-sheet-head.ts';

/** Rows of a sheet that are one purchase, with what they share and where each of it stands. */
export interface SheetPurchase {
  rows: number[];
  shared: Partial<Record<SharedPart, { text: string; row: number }>>;
}

interface Gathered {
  purchases: SheetPurchase[];
  /** cells that say another than an earlier row of the same purchase */
  differing: { row: number; part: SharedPart; first: number }[];
}

/** Rows with one invoice number are one purchase, unless unit, funding source or tax number is another; so is each row without a number. */
const TELLING = ['unit', 'fundingSource', 'sellerTaxNumber'] as const;

/** Gathers the rows of a sheet by invoice. A further row may leave empty what the first says. */
export function gatherPurchases(
  rows: readonly SheetRow[],
  { columns }: OfflineSheetHead,
  filled: readonly number[],
): Gathered {
  const gathered: Gathered = { purchases: [], differing: [] };
  for (const row of filled) {
    const text = (part: SharedPart) => rows[row]?.[columns[part] ?? -1] ?? '';
    const purchase = purchaseOf(gathered.purchases, text) ?? add(gathered.purchases);
    purchase.rows.push(row);
    for (const part of SHARED_PARTS) {
      const said = purchase.shared[part];
      if (text(part) === '') continue;
      if (!said) purchase.shared[part] = { text: text(part), row };
      else if (part !== 'note' && !isSame(part, said.text, text(part)))
        gathered.differing.push({ row, part, first: said.row });
    }
  }
  return gathered;
}

function add(purchases: SheetPurchase[]): SheetPurchase {
  const purchase: SheetPurchase = { rows: [], shared: {} };
  purchases.push(purchase);
  return purchase;
}

function purchaseOf(
  purchases: readonly SheetPurchase[],
  text: (part: SharedPart) => string,
): SheetPurchase | undefined {
  const number = text('invoiceNumber');
  if (number === '') return undefined;
  return purchases.findLast(
    ({ shared }) =>
      shared.invoiceNumber !== undefined &&
      isSame('invoiceNumber', shared.invoiceNumber.text, number) &&
      TELLING.every((part) => text(part) === '' || isSame(part, shared[part]?.text ?? '', text(part))),
  );
}

function isSame(part: SharedPart, before: string, now: string): boolean {
  const readings = { invoiceFen: fenInCell, purchasedOn: dayInCell }[part as 'invoiceFen'];
  const [one, other] = [readings?.(before) ?? null, readings?.(now) ?? null];
  return one !== null ? one === other : plainWord(before) === plainWord(now);
}
