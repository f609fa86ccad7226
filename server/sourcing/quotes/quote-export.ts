import writeExcelFile, { type Cell } from 'write-excel-file/node';
import type { Reader } from '../../cart/cart-presenter.ts';
import { presentComparison, presentHead } from './quote-presenter.ts';
import type { WholeRequest } from './quote-queries.ts';

const COLUMNS = [
  ...['product', 'spec', 'asked', 'unit', 'supplier', 'offered', 'quantity', 'unitPrice', 'perKg', 'amount'],
  ...['freight', 'deliverOn', 'validOn', 'state', 'note'],
];
const WIDTHS = [24, 18, 10, 8, 28, 24, 10, 12, 12, 14, 12, 13, 13, 12, 30];

/** The comparison as an Excel file, a row for each line and offer, money in yuan. */
export function exportComparison(reader: Reader, request: WholeRequest, now: Date): Promise<Buffer> {
  const { t } = reader;
  const head = presentHead(reader, request);
  const heads = COLUMNS.map((column): Cell => ({ value: t(`quotes:export.${column}`), fontWeight: 'bold' }));
  const rows = presentComparison(reader, request, now).lines.flatMap((line): Cell[][] => {
    const asked: Cell[] = [line.name, line.spec, line.quantity, line.unit];
    if (line.offers.length === 0) return [[...asked, t('quotes:show.noOffer')]];
    return line.offers.map((offer) => [
      ...asked,
      offer.supplierName,
      offer.product ? `${offer.product.name} ${offer.product.spec}` : line.name,
      offer.quantity,
      ...[yuan(offer.unitPriceFen), offer.perKgFen === null ? null : yuan(offer.perKgFen)],
      ...[yuan(offer.amountFen), yuan(offer.freightFen), offer.deliverOn, offer.validOn],
      offer.isAwarded ? t('quotes:show.chosen') : offer.stateLabel,
      offer.note,
    ]);
  });
  return writeExcelFile([heads, ...rows], {
    columns: WIDTHS.map((width) => ({ width })),
    stickyRowsCount: 1,
    sheet: `${t('quotes:show.title')} ${head.number}`,
  }).toBuffer();
}

const yuan = (fen: number): Cell => ({ value: fen / 100, type: Number, format: '#,##0.00' });
