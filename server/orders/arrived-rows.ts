import type { WholeOrder } from './order-queries.ts';

type Line = WholeOrder['lines'][number];
type Parcel = WholeOrder['fulfilments'][number];
export type Shipment = Parcel['shipments'][number];

/** What is received together: a batch of a line, or the line where a shipment brings one batch of it. */
export interface ArrivedRow {
  /** of its fields */
  key: string;
  line: Line;
  batchId: number | undefined;
  traceCode: string | undefined;
  quantity: number;
  /** as the supplier weighed it; null: not settled by weight */
  grams: number | null;
}

/** The rows of a shipment, for whoever stands at the back door; what a refund gave up before is not received. */
export function arrivedRows(order: WholeOrder, parcel: Parcel, shipment: Shipment): ArrivedRow[] {
  const received = parcel.receipts.flatMap((receipt) => receipt.lines);
  return order.lines.flatMap((line) => {
    const parts = shipment.lines.filter((one) => one.lineId === line.id);
    const covered = received
      .filter((one) => one.lineId === line.id)
      .reduce((sum, one) => sum + one.acceptedQuantity + one.shortQuantity + one.damagedQuantity, 0);
    // Until anything is received every refund is of what was to arrive.
    const givenUp = parcel.receivedAt ? 0 : line.refundedQuantity;
    let left = line.quantity - covered - givenUp;
    return parts.flatMap((part) => {
      const quantity = Math.min(part.quantity, left);
      left -= quantity;
      if (quantity <= 0) return [];
      const grams = line.pricePerKgFen === null ? null : Math.round((part.grams * quantity) / part.quantity);
      const isOnly = parts.length === 1;
      return [
        {
          ...{ key: isOnly ? String(line.id) : `${line.id}-${part.batchId}`, line, quantity, grams },
          batchId: isOnly ? undefined : part.batchId,
          traceCode: part.batch.traceCode,
        },
      ];
    });
  });
}
