import type { Db } from '../../db/client.ts';
import { GRANTED } from '../../orders/refund-states.ts';
import { allowanceShare, type TenderSplit } from '../../shared/tender-share.ts';
import { type RedDue, spreadReds } from './reds-due.ts';

export interface ParcelInvoicing {
  /** what the buyer keeps of it and has paid with money, freight included: what invoices should come to */
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
      ...{ state: true, freightFen: true, freightAllowanceFen: true, orderId: true },
      lines: { select: { id: true, payableFen: true, allowanceFen: true, refundedFen: true, acceptedFen: true } },
      order: { select: { allowanceUses: { where: { source: 'refund' }, select: { sourceId: true, fen: true } } } },
      refunds: {
        where: { state: { in: [...GRANTED] } },
        orderBy: { id: 'desc' },
        select: {
          id: true,
          goodsFen: true,
          freightFen: true,
          lines: { select: { lineId: true, fen: true, outstanding: true } },
        },
      },
      invoices: { select: { kind: true, amountFen: true, refundId: true } },
    },
  });
  const { state, freightFen, freightAllowanceFen, orderId, order, lines, refunds, invoices } = parcel;
  const afterReceipt = refunds.flatMap((refund) => refund.lines).filter((line) => !line.outstanding);
  const keptOf = ({ id, payableFen, acceptedFen, refundedFen }: (typeof lines)[number]) =>
    state === 'received'
      ? afterReceipt.reduce((left, line) => (line.lineId === id ? left - line.fen : left), acceptedFen)
      : payableFen - refundedFen;
  const goodsFen = lines.reduce((sum, line) => sum + byMoney(keptOf(line), line), 0);
  const leftFreight = refunds.reduce((left, refund) => left - refund.freightFen, freightFen);
  const keptFreight = byMoney(leftFreight, { allowanceFen: freightAllowanceFen, payableFen: freightFen });
  const standingFen = state === 'cancelled' ? 0 : goodsFen + keptFreight;
  const sumOf = (kind: 'blue' | 'red') =>
    invoices.filter((one) => one.kind === kind).reduce((sum, { amountFen }) => sum + Number(amountFen), 0);
  const [blueFen, redFen] = [sumOf('blue'), sumOf('red')];
  const missingFen = blueFen === 0 ? 0 : Math.max(0, blueFen - redFen - standingFen);
  const ofAllowance = (refundId: number) => order.allowanceUses.find(({ sourceId }) => sourceId === refundId)?.fen ?? 0;
  const given = refunds.map((refund) => ({
    ...{ refundId: refund.id, orderId, fen: refund.goodsFen + refund.freightFen - ofAllowance(refund.id) },
  }));
  return { standingFen, blueFen, redFen, missingFen, redsDue: spreadReds(missingFen, given, invoices) };
}

/** An invoice to a person is of money alone: what the welfare allowance pays is the union's. */
function byMoney(fen: number, split: TenderSplit): number {
  return fen - allowanceShare(fen, split);
}
