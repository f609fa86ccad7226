import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import { dayFromColumn } from '../shared/days.ts';
import type { Translate } from '../web/i18n.ts';
import type { BundleFacts } from './bundle-facts.ts';

type Value = string | number | null;

const yuan = (fen: number | bigint): Cell => ({ value: Number(fen) / 100, type: Number, format: '#,##0.00' });
const instant = (at: Date | null): Cell => (at ? { value: at, type: Date, format: 'yyyy-mm-dd hh:mm' } : null);

/** The sums of orders (fen); the cover shows them, and they agree with the other parts by being sums of the same rows. */
export function sumsOf({ orders, refunds, lines, transfers, invoices }: BundleFacts) {
  const receiptLines = orders.flatMap(({ fulfilments }) =>
    fulfilments.flatMap(({ receipts }) => receipts.flatMap((receipt) => receipt.lines)),
  );
  const standing = refunds.filter(({ state }) => state === 'approved' || state === 'paid');
  return {
    ordered: sum(orders, ({ totalFen }) => totalFen),
    accepted: sum(receiptLines, ({ acceptedFen }) => acceptedFen),
    missing: sum(receiptLines, ({ missingFen }) => missingFen),
    asked: sum(refunds, ({ goodsFen }) => goodsFen),
    refunded: sum(standing, ({ goodsFen, freightFen }) => goodsFen + freightFen),
    onStatements: sum(lines, ({ fen }) => fen),
    paid: sum(lines, ({ paidFen }) => paidFen),
    transferredHere: sum(transfers, ({ hereFen }) => hereFen),
    transferred: sum(transfers, ({ amountFen }) => Number(amountFen)),
    invoiced: sum(invoices, ({ amountFen }) => Number(amountFen)),
  };
}

/** The sheets of the bundle by name, each an .xlsx. */
export async function bundleSheets(
  t: Translate,
  { title, unitName, counts }: { title: string; unitName: string; counts: Record<string, number> },
  facts: BundleFacts,
): Promise<[string, Buffer][]> {
  const { orders, refunds, lines, transfers, invoices, nameOf } = facts;
  const sums = sumsOf(facts);
  const parts: [string, (Cell | Value)[][]][] = [
    [
      'cover',
      [
        [title, unitName],
        ...Object.entries(counts).map(([key, count]): Value[] => [t(`welfare:count.${key}`), count]),
        ...Object.entries(sums).map(([key, fen]) => [t(`welfare:sum.${key}`), yuan(fen)]),
      ],
    ],
    [
      'approvals',
      orders.flatMap(({ id, buyerId, submittedAt, decisions }) => [
        [id, t('welfare:bundle.submitted'), nameOf.get(buyerId) ?? null, null, instant(submittedAt)],
        ...decisions.map(({ decision, byId, reason, at }) => [
          ...[id, t(`welfare:bundle.decision.${decision}`), nameOf.get(byId) ?? null, reason, instant(at)],
        ]),
      ]),
    ],
    [
      'orders',
      orders.flatMap((order) => [
        ...order.lines.map((line) => [
          ...[order.id, supplierOf(order, line.fulfilmentId), line.name, line.spec, line.quantity],
          ...[yuan(line.unitPriceFen), yuan(line.payableFen)],
        ]),
        [order.id, null, t('welfare:bundle.freight'), null, null, null, yuan(order.freightFen)],
      ]),
    ],
    [
      'receipts',
      orders.flatMap((order) =>
        order.fulfilments.flatMap(({ supplier, receipts }) =>
          receipts.flatMap((receipt) =>
            receipt.lines.map((part) => [
              ...[
                order.id,
                supplier.name,
                part.line.name,
                part.acceptedQuantity,
                part.shortQuantity,
                part.damagedQuantity,
              ],
              ...[yuan(part.acceptedFen), yuan(part.missingFen), part.note, instant(receipt.at)],
            ]),
          ),
        ),
      ),
    ],
    [
      'refunds',
      refunds.flatMap((refund) =>
        refund.lines.map(({ line, quantity, fen }) => [
          ...[refund.id, refund.orderId, line.name, quantity, yuan(fen), t(`welfare:bundle.refund.${refund.state}`)],
          ...[refund.reason, instant(refund.decidedAt)],
        ]),
      ),
    ],
    [
      'statements',
      lines.map((line) => [
        ...[
          line.statement.referenceCode,
          line.statement.supplier.name,
          line.orderId,
          yuan(line.fen),
          yuan(line.paidFen),
        ],
        instant(line.at),
      ]),
    ],
    [
      'transfers',
      transfers.map((one) => [
        ...[
          one.referenceCode,
          one.bankReference,
          one.payerName,
          yuan(one.hereFen),
          yuan(one.amountFen),
          dayFromColumn(one.paidOn),
        ],
      ]),
    ],
    [
      'invoices',
      invoices.map((one) => [one.number, one.title, one.taxNumber, yuan(one.amountFen), dayFromColumn(one.issuedOn)]),
    ],
  ];
  const sheets: [string, Buffer][] = [];
  for (const [name, rows] of parts) sheets.push([name, await sheetOf(t, name, rows)]);
  return sheets;
}

function sheetOf(t: Translate, name: string, rows: (Cell | Value)[][]): Promise<Buffer> {
  const heads = t(`welfare:bundle.heads.${name}`).split('|');
  const head = heads.map((value): Cell => ({ value, fontWeight: 'bold' }));
  return writeExcelFile([head, ...rows] as SheetData, {
    columns: heads.map(() => ({ width: 20 })),
    ...{ stickyRowsCount: 1, sheet: t(`welfare:bundle.part.${name}`) },
  }).toBuffer();
}

const supplierOf = (order: BundleFacts['orders'][number], fulfilmentId: number): string | null =>
  order.fulfilments.find(({ id }) => id === fulfilmentId)?.supplier.name ?? null;

function sum<T>(rows: readonly T[], fenOf: (row: T) => number): number {
  return rows.reduce((total, row) => total + fenOf(row), 0);
}
