import type { Db } from '../../db/client.ts';
import { GRANTED } from '../../orders/refund-states.ts';
import { type RedDue, spreadReds } from './reds-due.ts';

export interface ParcelInvoicing {
  /** what the buyer keeps of it and has paid, freight included: what invoices should come to */
  standingFen: number;
  blueFen: number;
  redFen: number;
  /** what was given back since the invoice, without a red-letter one */
  missingFen: number;
  /** of it what refunds explain; the rest is what did not arrive */
  redsDue: RedDue[];
}

/** What the invoices of a parcel that was paid at once should come to and what they do, fen. Exact under the order's lock. */
export async function invoicingOfParcel(db: Db, fulfilmentId: number): Promise<ParcelInvoicing> {
  const parcel = await db.fulfilment.findUniqueOrThrow({
    where: { id: fulfilmentId },
    select: {
      ...{ state: true, freightFen: true, orderId: true },
      lines: { select: { payableFen: true, refundedFen: true, acceptedFen: true } },
      refunds: {
        where: { state: { in: [...GRANTED] } },
        orderBy: { id: 'desc' },
        select: { id: true, goodsFen: true, freightFen: true, lines: { select: { fen: true, outstanding: true } } },
      },
      invoices: { select: { kind: true, amountFen: true, refundId: true } },
    },
  });
  const { state, freightFen, orderId, lines, refunds, invoices } = parcel;
  const afterReceipt = refunds.flatMap((refund) => refund.lines).filter((line) => !line.outstanding);
  const goodsFen =
    state === 'received'
      ? lines.reduce((sum, line) => sum + line.acceptedFen, 0) - afterReceipt.reduce((sum, line) => sum + line.fen, 0)
      : lines.reduce((sum, line) => sum + line.payableFen - line.refundedFen, 0);
  const keptFreight = freightFen - refunds.reduce((sum, refund) => sum + refund.freightFen, 0);
  const standingFen = state === 'cancelled' ? 0 : goodsFen + keptFreight;
  const sumOf = (kind: 'blue' | 'red') =>
    invoices.filter((one) => one.kind === kind).reduce((sum, { amountFen }) => sum + Number(amountFen), 0);
  const [blueFen, redFen] = [sumOf('blue'), sumOf('red')];
  const missingFen = blueFen === 0 ? 0 : Math.max(0, blueFen - redFen - standingFen);
  const given = refunds.map((refund) => ({ refundId: refund.id, orderId, fen: refund.goodsFen + refund.freightFen }));
  return { standingFen, blueFen, redFen, missingFen, redsDue: spreadReds(missingFen, given, invoices) };
}
