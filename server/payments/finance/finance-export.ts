import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import type { Reader } from '../../orders/order-labels.ts';
import { orderNumber } from '../../orders/order-queries.ts';
import { dayOf } from '../../shared/days.ts';
import type { Entry } from './finance-queries.ts';
import type { TransferMovement } from './transfer-movements.ts';

const COLUMNS = ['day', 'order', 'unit', 'funding', 'source', 'account', 'fen'] as const;
const WIDTHS = [12, 18, 28, 14, 16, 12, 16];
const YUAN = '#,##0.00';

export function headsOf({ t }: Pick<Reader, 't'>): string[] {
  return COLUMNS.map((name) => t(`finance:export.${name}`));
}

/** An entry as the cells of a sheet, the amount (fen) left for the last. */
function cellsOf({ t }: Pick<Reader, 't'>, entry: Entry): string[] {
  return [
    dayOf(entry.at),
    orderNumber({ id: entry.orderId, submittedAt: entry.submittedAt }),
    entry.unitName ?? t('finance:noUnit'),
    t(`common:funding.${entry.fundingSource}`),
    t(`finance:source.${entry.source}`, { id: entry.sourceId, defaultValue: entry.source }),
    t(`finance:account.${entry.account}`),
  ];
}

/** An amount is a number (yuan), so that a negative one is no formula. */
export function csvCells(reader: Pick<Reader, 't'>, entry: Entry): (string | number)[] {
  return [...cellsOf(reader, entry), entry.fen / 100];
}

/** A movement of a transfer, which is of no order, as two rows that sum to zero: what came, was used or went back, and what is left. */
export function transferCells(
  { t }: Pick<Reader, 't'>,
  { fact, transferId, payerName, fen, at }: TransferMovement,
): (string | number)[][] {
  const signed = fact === 'came' ? fen : -fen;
  const cells = [dayOf(at), '', payerName, '', t(`finance:transferFact.${fact}`, { id: transferId })];
  return [
    [...cells, t('finance:transferAccount.left'), signed / 100],
    [...cells, t(`finance:transferAccount.${fact}`), -signed / 100],
  ];
}

/** Entries as an Excel file whose amounts (yuan) can be summed; says where rows were left out. */
export function writeFinanceExcel(
  reader: Reader,
  page: { period: string; isWhole: boolean },
  entries: readonly Entry[],
  transfers: readonly TransferMovement[],
): Promise<Buffer> {
  const { t } = reader;
  const sheet: SheetData = [
    [{ value: t('finance:title'), fontWeight: 'bold' }],
    [page.period],
    page.isWhole ? [] : [t('finance:export.cut', { count: entries.length })],
    headsOf(reader).map((value): Cell => ({ value, fontWeight: 'bold' })),
    ...entries.map((entry): Cell[] => [
      ...cellsOf(reader, entry),
      { value: entry.fen / 100, type: Number, format: YUAN },
    ]),
    ...transfers
      .flatMap((movement) => transferCells(reader, movement))
      .map((row): Cell[] =>
        row.map((value) => (typeof value === 'number' ? { value, type: Number, format: YUAN } : value)),
      ),
  ];
  const columns = WIDTHS.map((width) => ({ width }));
  return writeExcelFile(sheet, { columns, stickyRowsCount: 4, sheet: t('finance:export.sheet') }).toBuffer();
}
