import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import type { Reader } from '../orders/order-labels.ts';
import { instantText } from '../web/handlebars.ts';
import type { presentRecall, presentRecalledLine } from './recall-presenter.ts';

const COLUMNS = [
  'order',
  'buyer',
  'sent',
  'accepted',
  'returned',
  'arrived',
  'outstanding',
  'swapped',
  'givenBack',
  'toldAt',
  'state',
];
const WIDTHS = [18, 30, 10, 10, 10, 10, 10, 10, 10, 18, 16];

/** Whom a recalled batch reached, as a list to work off. */
export function writeRecallExcel(
  { t }: Reader,
  recall: ReturnType<typeof presentRecall>,
  lines: readonly ReturnType<typeof presentRecalledLine>[],
): Promise<Buffer> {
  const bold = (value: string): Cell => ({ value, fontWeight: 'bold', wrap: true });
  const sheet: SheetData = [
    [bold(`${recall.batch.name} ${recall.batch.spec} ${recall.batch.code}`)],
    [`${recall.severityLabel} · ${recall.on} · ${recall.reason}`],
    COLUMNS.map((name) => bold(t(`recalls:column.${name}`))),
    ...lines.map((line): Cell[] => [
      ...[line.number, line.buyer, line.sent, line.accepted, line.returned, line.arrived],
      ...[line.outstanding, line.swapped],
      ...[line.givenBack, line.toldAt ? instantText(line.toldAt) : null, line.state.label],
    ]),
  ];
  return writeExcelFile(sheet, {
    columns: WIDTHS.map((width) => ({ width })),
    stickyRowsCount: 3,
    sheet: recall.batch.code,
  }).toBuffer();
}
