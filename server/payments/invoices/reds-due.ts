export interface RedDue {
  refundId: number;
  orderId: number;
  /** over so much a red-letter invoice is missing */
  fen: number;
}

/**
 * Spreads what red-letter invoices are missing (fen) over refunds, the latest first: an invoice was written over what stood then, so
 * that the earliest are in it already. `reds`: those that there are, by refund.
 */
export function spreadReds(
  missingFen: number,
  latestFirst: readonly RedDue[],
  reds: readonly { kind: string; refundId: number | null; amountFen: bigint | number }[],
): RedDue[] {
  let rest = Math.max(0, missingFen);
  return latestFirst.flatMap(({ refundId, orderId, fen }) => {
    const done = reds
      .filter((red) => red.kind === 'red' && red.refundId === refundId)
      .reduce((sum, red) => sum + Number(red.amountFen), 0);
    const due = Math.min(rest, Math.max(0, fen - done));
    rest -= due;
    return due > 0 ? [{ refundId, orderId, fen: due }] : [];
  });
}
