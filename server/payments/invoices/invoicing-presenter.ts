import type { Reader } from '../../orders/order-labels.ts';
import { pathTo } from '../../paths.ts';
import { dayFromColumn } from '../../shared/days.ts';
import { formatYuan } from '../../shared/money.ts';
import type { StatementInvoicing } from './statement-invoicing.ts';

interface Invoiced {
  id: number;
  kind: 'blue' | 'red';
  number: string;
  title: string;
  taxNumber: string | null;
  amountFen: bigint;
  issuedOn: Date;
  fileId: number | null;
  refundId: number | null;
  redOfId: number | null;
}

/** An invoice as pages and sheets show it; a red-letter one is negative and names the one that it takes back of. */
export function presentInvoice({ t }: Pick<Reader, 't'>, invoice: Invoiced, all: readonly Invoiced[]) {
  const { id, kind, number, title, taxNumber, amountFen, fileId, refundId, redOfId } = invoice;
  return {
    ...{ number, title, taxNumber, refundId, isRed: kind === 'red' },
    kindLabel: t(`invoices:kind.${kind}`),
    fen: kind === 'red' ? -Number(amountFen) : Number(amountFen),
    redOf: all.find((other) => other.id === redOfId)?.number,
    issuedOn: dayFromColumn(invoice.issuedOn),
    fileHref: fileId === null ? undefined : pathTo('invoiceFile', { id }),
  };
}

/** A statement's invoices, what they come to beside what stands of its goods, and for the supplier the refunds without a red-letter one. */
export function presentInvoicing(
  reader: Reader,
  { id, invoices }: { id: number; invoices: readonly Invoiced[] },
  { deliveredFen, givenBackFen, standingFen, blueFen, redFen, redsDue }: StatementInvoicing,
  sells: boolean,
) {
  const { t } = reader;
  return {
    invoices: invoices.map((invoice) => presentInvoice(reader, invoice, invoices)),
    invoicing: {
      ...{ deliveredFen, givenBackFen, standingFen, hasInvoices: invoices.length > 0 },
      invoicedFen: blueFen - redFen,
      missingFen: redsDue.reduce((sum, { fen }) => sum + fen, 0),
    },
    redsDue: redsDue.map((due) => ({ ...due, href: pathTo('refund', { id: due.refundId }) })),
    redHref: sells && redsDue.length > 0 ? pathTo('statementRed', { id }) : undefined,
    redChoices: redsDue.map(({ refundId, fen }) => ({
      value: refundId,
      label: t('invoices:refundChoice', { id: refundId, fen: `¥${formatYuan(fen)}` }),
    })),
  };
}
