import { dayOf, dayToColumn } from '../../shared/days.ts';
import type { World } from './world.ts';

interface Part {
  fen: number;
  grams: number;
}

/** What outside buyers bought by a unit's link is helped to sell, never bought by it; less what arrived short and was refunded (rules 4, 16). */
export function addCampaignSales({ rows }: World): void {
  const bought = new Map<number, Part>();
  for (const { orderId, payableFen, grams } of rows.of('orderLine')) add(bought, orderId, { fen: payableFen, grams });
  const short = shortOf(rows);
  for (const { id = 0, campaignId, unitId: boughtFor, placedOn, state } of rows.of('order')) {
    const unitId = rows.of('campaign')[(campaignId ?? 0) - 1]?.unitId;
    const sum = bought.get(id);
    if (!unitId || boughtFor || !sum || !placedOn || state === 'cancelled') continue;
    const of = { unitId, campaignId, orderId: id };
    const onDay = dayToColumn(String(placedOn instanceof Date ? placedOn.toISOString() : placedOn).slice(0, 10));
    rows.add('helpedSale', { ...of, source: 'order', sourceId: id, onDay, ...sum });
    for (const { source, sourceId, at, fen, grams } of short.get(id) ?? [])
      rows.add('helpedSale', { ...of, source, sourceId, onDay: dayToColumn(dayOf(at)), fen: -fen, grams: -grams });
  }
}

interface Short extends Part {
  source: 'receipt' | 'refund';
  sourceId: number;
  at: Date;
}

/** By order, what its receipts found missing and what refunds gave back. */
function shortOf(rows: World['rows']): Map<number, Short[]> {
  const lines = rows.of('orderLine');
  const [missing, refunded] = [new Map<number, Part>(), new Map<number, Part>()];
  for (const { receiptId, lineId, acceptedFen, acceptedGrams } of rows.of('receiptLine')) {
    const line = lines[lineId - 1];
    if (line) add(missing, receiptId, { fen: line.payableFen - acceptedFen, grams: line.grams - acceptedGrams });
  }
  for (const { refundId, fen = 0, grams = 0 } of rows.of('refundLine')) add(refunded, refundId, { fen, grams });
  const found = new Map<number, Short[]>();
  const tell = (orderId: number, short: Short) => {
    if (short.fen > 0 || short.grams > 0) found.set(orderId, [...(found.get(orderId) ?? []), short]);
  };
  for (const [index, { fulfilmentId, at }] of rows.of('receipt').entries()) {
    const orderId = rows.of('fulfilment')[fulfilmentId - 1]?.orderId ?? 0;
    const part = missing.get(index + 1) ?? { fen: 0, grams: 0 };
    tell(orderId, { source: 'receipt', sourceId: index + 1, at: new Date(at ?? 0), ...part });
  }
  for (const [index, { orderId, state, decidedAt }] of rows.of('refund').entries()) {
    const part = refunded.get(index + 1) ?? { fen: 0, grams: 0 };
    if (state === 'paid')
      tell(orderId, { source: 'refund', sourceId: index + 1, at: new Date(decidedAt ?? 0), ...part });
  }
  return found;
}

function add(sums: Map<number, Part>, key: number, { fen, grams }: Part): void {
  const sum = sums.get(key) ?? { fen: 0, grams: 0 };
  sums.set(key, { fen: sum.fen + fen, grams: sum.grams + grams });
}
