import type { Request } from 'express';
import { BadInput, type Fault } from '../../shared/errors.ts';
import { parseYuan } from '../../shared/money.ts';
import { parseKilograms } from '../../shared/weight.ts';
import { faultsOf } from '../../web/forms.ts';
import { MOST_LINES, missingOfPaper, type OfflineInput, offlineInput } from './offline-schemas.ts';

export const LINE_PARTS = ['category', 'origin', 'supplier', 'goods', 'amount', 'weight'] as const;
export const FIELDS = [
  ...[
    'unit',
    'fundingSource',
    'purchasedOn',
    'sellerKind',
    'sellerName',
    'sellerTaxNumber',
    'invoiceNumber',
    'invoiceFen',
    'note',
  ],
  ...['evidence', 'villagePaper'],
];
const FEWEST_ROWS = 2;
const MORE_ROWS = 3;

type Typed = Record<string, unknown>;

/** The numbers of the line rows that a form shows: those with anything typed, never fewer than two, three more when asked for. */
export function rowsOf(body: Typed, more = false): number[] {
  const used = Array.from({ length: MOST_LINES }, (_, row) => row).filter((row) => isUsed(body, row));
  const shown = Math.max(FEWEST_ROWS, (used.at(-1) ?? -1) + 1) + (more ? MORE_ROWS : 0);
  return Array.from({ length: Math.min(shown, MOST_LINES) }, (_, row) => row);
}

function isUsed(body: Typed, row: number): boolean {
  return LINE_PARTS.some((part) => textIn(body, `lines.${row}.${part}`) !== '');
}

function textIn(body: Typed, name: string): string {
  const value = body[name];
  return typeof value === 'string' ? value.trim() : '';
}

/** A form as a declaration; rows that were left empty are none. Throws BadInput with every fault by the form's own field. */
export function readOfflineForm(req: Request): OfflineInput {
  const body: Typed = req.body ?? {};
  const rows = rowsOf(body).filter((row) => isUsed(body, row));
  const faults: Fault[] = [];
  const amount = (name: string, parse: (text: string) => number | null, code: string) => {
    const text = textIn(body, name);
    if (text === '') return undefined;
    const read = parse(text);
    if (read === null) faults.push({ path: name, code });
    return read ?? 1;
  };
  const text = (name: string) => textIn(body, name) || undefined;
  const input = {
    ...{
      unit: text('unit'),
      fundingSource: text('fundingSource'),
      purchasedOn: text('purchasedOn'),
      note: text('note'),
    },
    isFromFarmer: textIn(body, 'sellerKind') === 'farmer',
    ...{
      sellerName: text('sellerName'),
      sellerTaxNumber: text('sellerTaxNumber'),
      invoiceNumber: text('invoiceNumber'),
    },
    invoiceFen: amount('invoiceFen', parseYuan, 'malformedAmount'),
    lines: rows.map((row) => ({
      ...{
        category: text(`lines.${row}.category`),
        origin: text(`lines.${row}.origin`),
        supplier: text(`lines.${row}.supplier`),
      },
      goods: text(`lines.${row}.goods`),
      fen: amount(`lines.${row}.amount`, parseYuan, 'malformedAmount'),
      grams: amount(`lines.${row}.weight`, parseKilograms, 'malformedWeight'),
    })),
  };
  const result = offlineInput.safeParse(input, { reportInput: true });
  if (!result.success) faults.push(...faultsOf(result.error).map((fault) => atField(fault, rows)));
  for (const path of missingOfPaper(input))
    if (!faults.some((fault) => fault.path === path)) faults.push({ path, code: 'required' });
  if (faults.length > 0 || !result.success) throw new BadInput(faults);
  return result.data;
}

/** A declaration's fault at the field of the form that it is about. */
export function atField(fault: Fault, rows: readonly number[]): Fault {
  const [, index, part = ''] = /^lines\.(\d+)\.(\w+)$/.exec(fault.path) ?? [];
  if (index === undefined) return fault.path === 'lines' ? { ...fault, path: 'lines.0.category' } : fault;
  const field = { fen: 'amount', grams: 'weight' }[part] ?? part;
  return { ...fault, path: `lines.${rows[Number(index)] ?? index}.${field}` };
}

/** Which rows hold a line, for faults of the declaration as a whole. */
export function usedRows(body: Typed): number[] {
  return rowsOf(body).filter((row) => isUsed(body, row));
}
