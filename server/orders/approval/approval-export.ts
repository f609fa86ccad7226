import writeExcelFile, { type Cell } from 'write-excel-file/node';
import { dayFromColumn } from '../../shared/days.ts';
import { instantText } from '../../web/handlebars.ts';
import { inReaderLanguage, type Reader } from '../order-labels.ts';
import type { listAwaitingApproval } from '../order-queries.ts';

type Waiting = Awaited<ReturnType<typeof listAwaitingApproval>>[number];

/** What the list says of a purchase, see approval-routes.ts. */
interface Row {
  number: string;
  summary: string;
  itemCount: number;
  fundingLabel: string;
  buyerName: string;
  waitsAt?: string;
  whyNot?: string;
  moving?: string;
}

const COLUMNS = [
  ...(['number', 'submitted', 'unit', 'buyer', 'goods', 'items'] as const),
  ...(['funding', 'amount', 'level', 'heldUntil', 'deliverOn', 'note'] as const),
];
const WIDTHS = [18, 18, 26, 12, 40, 8, 16, 14, 30, 18, 14, 40];
const YUAN = '#,##0.00';

/** What waits for approval as an Excel file, one purchase a row as the list shows them, with amounts (yuan) that can be summed. */
export function exportApprovals(reader: Reader, orders: readonly Waiting[], rows: readonly Row[]): Promise<Buffer> {
  const { t } = reader;
  const heads = COLUMNS.map((name): Cell => ({ value: t(`orders:approvals.export.${name}`), fontWeight: 'bold' }));
  const cells = orders.map((order, index): Cell[] => {
    const row = rows[index];
    return [
      row?.number ?? null,
      instantText(order.submittedAt),
      order.unit ? inReaderLanguage(reader, order.unit.name, order.unit.nameEn) : null,
      row?.buyerName ?? null,
      row?.summary ?? null,
      row?.itemCount ?? null,
      row?.fundingLabel ?? null,
      { value: order.totalFen / 100, type: Number, format: YUAN },
      row?.waitsAt ?? null,
      order.heldUntil ? instantText(order.heldUntil) : null,
      order.deliverOn ? dayFromColumn(order.deliverOn) : null,
      [row?.moving, row?.whyNot].filter(Boolean).join(' · ') || null,
    ];
  });
  const columns = WIDTHS.map((width) => ({ width }));
  return writeExcelFile([heads, ...cells], {
    columns,
    stickyRowsCount: 1,
    sheet: t('orders:approvals.export.sheet'),
  }).toBuffer();
}
