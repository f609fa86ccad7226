import type { NewFile } from '../clients/file-store.ts';
import { BadInput, type Fault } from '../shared/errors.ts';
import { parseKilograms } from '../shared/weight.ts';
import { faultsOf } from '../web/forms.ts';
import type { ArrivedRow } from './arrived-rows.ts';
import { receiptBody } from './order-schemas.ts';
import type { ReceiptLineInput } from './received-lines.ts';

/** The fields of one row; flat, because a shipment may have hundreds. */
export const RECEIPT_PARTS = ['accepted', 'short', 'damaged', 'weight', 'note', 'photos'] as const;
export type ReceiptPart = (typeof RECEIPT_PARTS)[number];

export function receiptField(part: ReceiptPart, key: string): string {
  return `${part}-${key}`;
}

export interface ReadReceipt {
  inputs: ReceiptLineInput[];
  temperatureDeci: number | null;
}

/**
 * Reads what was typed for a shipment's rows; a row left out is accepted whole, a weight is typed in kilograms. With `whole` pressed
 * nothing but the temperature is looked at. Throws BadInput by the form's own fields.
 */
export function readReceipt(
  rows: readonly ArrivedRow[],
  body: Record<string, unknown>,
  photosOf: (row: ArrivedRow) => readonly NewFile[] = () => [],
): ReadReceipt {
  const faults: Fault[] = [];
  const typed = rows.map((row) => ({
    ...{ lineId: row.line.id, batchId: row.batchId, acceptedGrams: typedGrams(row, body, faults) },
    acceptedQuantity: body[receiptField('accepted', row.key)] ?? row.quantity,
    shortQuantity: body[receiptField('short', row.key)] ?? 0,
    damagedQuantity: body[receiptField('damaged', row.key)] ?? 0,
    note: body[receiptField('note', row.key)] || undefined,
  }));
  const read = receiptBody.safeParse(
    { lines: body.whole ? [] : typed, temperature: body.temperature ?? null },
    { reportInput: true },
  );
  if (!read.success) faults.unshift(...receiptFaults(rows, faultsOf(read.error)));
  if (!read.success || (faults.length > 0 && !body.whole)) throw new BadInput(faults);
  const inputs = read.data.lines.map((line, index) => {
    const row = rows[index];
    return row ? { ...line, photos: photosOf(row) } : line;
  });
  return { inputs, temperatureDeci: read.data.temperature };
}

function typedGrams(row: ArrivedRow, body: Record<string, unknown>, faults: Fault[]): number | undefined {
  if (row.grams === null) return undefined;
  const field = receiptField('weight', row.key);
  const text = String(body[field] ?? '').trim();
  if (text === '') {
    const accepted = String(body[receiptField('accepted', row.key)] ?? row.quantity).trim();
    return accepted === '0' ? 0 : row.grams;
  }
  const grams = parseKilograms(text);
  if (grams === null) faults.push({ path: field, code: 'malformedWeight' });
  return grams ?? undefined;
}

/** Faults `lines.N.xQuantity` by the field of their row. */
export function receiptFaults(rows: readonly ArrivedRow[], faults: readonly Fault[]): Fault[] {
  return faults.map((fault) => {
    const [, index, name] = /^lines\.(\d+)\.(\w+)$/.exec(fault.path) ?? [];
    const part = name === 'acceptedGrams' ? 'weight' : RECEIPT_PARTS.find((candidate) => name?.startsWith(candidate));
    const row = rows[Number(index ?? -1)];
    return row ? { ...fault, path: receiptField(part ?? 'accepted', row.key) } : fault;
  });
}
