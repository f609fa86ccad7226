import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import type { Reader } from '../orders/order-labels.ts';
import { dayOf } from '../shared/days.ts';
import type { presentStatement } from './statement-presenter.ts';

const YUAN = '#,##0.00';
const COLUMNS = ['order', 'day', 'goods', 'spec', 'quantity', 'fen', 'paidFen', 'paid'] as const;
const WIDTHS = [14, 12, 28, 20, 14, 14, 14, 14];

/** A statement as an Excel file whose amounts (yuan) can be summed, line by line. */
export function exportStatement({ t }: Reader, page: ReturnType<typeof presentStatement>): Promise<Buffer> {
  const { statement, orders } = page;
  const bold = (value: string): Cell => ({ value, fontWeight: 'bold', wrap: true });
  const sheet: SheetData = [
    [bold(page.title)],
    [t('statements:export.between', { payer: statement.payerTitle, supplier: statement.supplierName })],
    [t('statements:export.period', { from: statement.startsOn, to: statement.endsOn, dueOn: statement.dueOn ?? '–' })],
    COLUMNS.map((name) => bold(t(`statements:export.${name}`))),
    ...orders.flatMap((order) =>
      order.lines.map((line): Cell[] => [
        order.number,
        dayOf(line.at),
        line.kindLabel ? `${line.name} (${line.kindLabel})` : line.name,
        line.spec ?? null,
        line.amount ?? null,
        yuan(line.fen),
        yuan(line.paidFen),
        line.paidLabel,
      ]),
    ),
    [
      bold(t('statements:export.total')),
      null,
      null,
      null,
      null,
      yuan(statement.totalFen),
      yuan(statement.paidFen),
      null,
    ],
    ...invoiceRows(t, page),
  ];
  const columns = WIDTHS.map((width) => ({ width }));
  return writeExcelFile(sheet, { columns, stickyRowsCount: 4, sheet: statement.referenceCode }).toBuffer();
}

/** What was invoiced, red-letter invoices as negative amounts, and what should be: below the lines. */
function invoiceRows(t: Reader['t'], { invoices, invoicing }: ReturnType<typeof presentStatement>): SheetData {
  if (invoices.length === 0) return [];
  const sum = (name: string, fen: number): Cell[] => [t(`invoices:${name}`), null, null, null, null, yuan(fen)];
  return [
    [],
    [{ value: t('statements:show.invoices'), fontWeight: 'bold' }],
    ...invoices.map((invoice): Cell[] => [
      ...[invoice.kindLabel, invoice.issuedOn, invoice.number, invoice.redOf ?? null, null],
      yuan(invoice.fen),
    ]),
    sum('standing', invoicing.standingFen),
    sum('invoiced', invoicing.invoicedFen),
    ...(invoicing.missingFen > 0 ? [sum('missing', invoicing.missingFen)] : []),
  ];
}

/** A sheet's numbers are decimal: fen as yuan, converted at this last step. */
function yuan(fen: number): Cell {
  return { value: fen / 100, type: Number, format: YUAN };
}
