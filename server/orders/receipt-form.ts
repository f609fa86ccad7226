import { BadInput, type Fault } from '../shared/errors.ts';
import { faultsOf } from '../web/forms.ts';
import { receiptBody } from './order-schemas.ts';
import type { ReceiptLineInput } from './receive-fulfilment.ts';

/** The fields of one line; flat, because a parcel may have hundreds. */
export const RECEIPT_PARTS = ['accepted', 'short', 'damaged', 'note'] as const;
export type ReceiptPart = (typeof RECEIPT_PARTS)[number];

export function receiptField(part: ReceiptPart, lineId: number): string {
  return `${part}-${lineId}`;
}

interface OrderedLine {
  id: number;
  quantity: number;
}

/** Reads what was typed for a parcel's lines; a line left out is accepted whole. Throws BadInput by the form's own fields. */
export function readReceipt(lines: readonly OrderedLine[], body: Record<string, unknown>): ReceiptLineInput[] {
  const typed = lines.map(({ id, quantity }) => ({
    lineId: id,
    acceptedQuantity: body[receiptField('accepted', id)] ?? quantity,
    shortQuantity: body[receiptField('short', id)] ?? 0,
    damagedQuantity: body[receiptField('damaged', id)] ?? 0,
    note: body[receiptField('note', id)] || undefined,
  }));
  const read = receiptBody.safeParse({ lines: typed }, { reportInput: true });
  if (!read.success) throw new BadInput(receiptFaults(lines, faultsOf(read.error)));
  return read.data.lines;
}

/** Faults `lines.N.xQuantity` by the field of their line. */
export function receiptFaults(lines: readonly OrderedLine[], faults: readonly Fault[]): Fault[] {
  return faults.map((fault) => {
    const [, index, name] = /^lines\.(\d+)\.(\w+)$/.exec(fault.path) ?? [];
    const part = RECEIPT_PARTS.find((candidate) => name?.startsWith(candidate));
    const line = lines[Number(index ?? -1)];
    return line ? { ...fault, path: receiptField(part ?? 'accepted', line.id) } : fault;
  });
}
