import { NO_HOLIDAYS } from '../../orders/holidays.ts';
import { workingDayAfter } from '../../orders/overdue/due-dates.ts';
import { addDays, startOfDay } from '../../shared/days.ts';
import { allocate, shareOf } from '../../shared/money.ts';
import type { Market } from './market.ts';
import type { Tables } from './rows.ts';
import { SHIP_WITHIN_DAYS } from './world.ts';
import { audit } from './write-audit.ts';
import { writeJournal, writeRefund } from './write-money.ts';
import type { WrittenLine, WrittenOrder, WrittenParcel } from './write-order.ts';

const CARRIERS = ['邮政快递（演示）', '顺丰冷运（演示）', '中通快递（演示）', '县域共配（演示）'];
const PRAISE: Record<number, string> = {
  3: '品质可以，包装还要加强（演示）',
  4: '按时送到，数量无误（演示）',
  5: '新鲜、足秤、送货及时（演示）',
};

/** Confirms, ships and receives a parcel as far as that has happened by now; answers when it was received. */
export function deliver(market: Market, order: WrittenOrder, parcel: WrittenParcel): Date | null {
  const { now } = market.world;
  const { confirmedAt, shippedAt, receivedAt, reviewedAt } = parcel.fate;
  if (confirmedAt > now) return null;
  confirm(market, parcel);
  if (shippedAt > now) return null;
  ship(market, parcel);
  if (receivedAt > now) return null;
  receive(market, order, parcel);
  if (reviewedAt && reviewedAt <= now) review(market, order, parcel, reviewedAt);
  return receivedAt;
}

function confirm(market: Market, { id, row, fate }: WrittenParcel): void {
  const before = { state: row.state ?? null };
  row.state = 'confirmed';
  row.confirmedAt = fate.confirmedAt;
  row.dueAt = startOfDay(addDays(workingDayAfter(fate.confirmedAt, SHIP_WITHIN_DAYS, NO_HOLIDAYS), 1));
  tellParcel(market, id, {
    at: fate.confirmedAt,
    actorId: market.people.supplierUser(row.supplierId),
    action: 'fulfilment.confirm',
    before,
    after: { state: 'confirmed' },
  });
}

/** Cold-chain goods travel in a shipment of their own (rule 23). */
function ship(market: Market, parcel: WrittenParcel): void {
  const { id, row, lines, fate } = parcel;
  const { shippedAt } = fate;
  const kinds = [true, false]
    .map((cold) => ({ cold, lines: lines.filter((line) => line.good.spec.coldChain === cold) }))
    .filter((kind) => kind.lines.length > 0);
  let before = 'confirmed';
  for (const [index, { cold, lines: sent }] of kinds.entries()) {
    const carrier = CARRIERS[cold ? 1 : id % 2 === 0 ? 0 : 2 + (id % 3 === 0 ? 1 : 0)] ?? '';
    const trackingNumber = `DEMO${String(id).padStart(9, '0')}${index > 0 ? `-${index + 1}` : ''}`;
    const state = index < kinds.length - 1 ? 'partly_shipped' : 'shipped';
    shipBox(market, parcel, sent, { carrier, trackingNumber, temperatureDeci: cold ? 10 + (id % 35) : null });
    tellParcel(market, id, {
      at: shippedAt,
      actorId: market.people.supplierUser(row.supplierId),
      action: 'fulfilment.ship',
      before: { state: before },
      after: { state, carrier, trackingNumber },
    });
    before = state;
  }
  row.state = 'shipped';
  row.shippedAt = shippedAt;
}

function shipBox(
  market: Market,
  { id: fulfilmentId, row, fate, shipments }: WrittenParcel,
  lines: WrittenLine[],
  sent: { carrier: string; trackingNumber: string; temperatureDeci: number | null },
): void {
  const { rows } = market.world;
  const byId = market.people.supplierUser(row.supplierId);
  const head = { fulfilmentId, ...sent, byId, shippedAt: fate.shippedAt, receivedAt: null };
  const shipmentId = rows.add('shipment', head);
  shipments.push({ id: shipmentId, lines });
  for (const line of lines)
    for (const { batchId, quantity } of line.shares)
      rows.add('shipmentLine', { shipmentId, lineId: line.id, batchId, quantity, grams: quantity * line.row.netGrams });
}

interface Received {
  line: WrittenLine;
  acceptedQuantity: number;
  acceptedFen: number;
  acceptedGrams: number;
  missingFen: number;
  missingGrams: number;
}

/** Shipment by shipment, each with its own receipt. */
function receive(market: Market, order: WrittenOrder, parcel: WrittenParcel): void {
  for (const shipment of parcel.shipments) receiveShipment(market, order, parcel, shipment);
  oweFreight(market, order, parcel);
  parcel.row.state = 'received';
  parcel.row.receivedAt = parcel.fate.receivedAt;
}

function receiveShipment(
  market: Market,
  order: WrittenOrder,
  parcel: WrittenParcel,
  shipment: WrittenParcel['shipments'][number],
): void {
  const { row: head, draft } = order;
  const { fate } = parcel;
  const at = fate.receivedAt;
  const byId = fate.byBuyer ? draft.buyerId : null;
  const { rows } = market.world;
  Object.assign(rows.of('shipment')[shipment.id - 1] ?? {}, { receivedAt: at });
  const receiptId = rows.add('receipt', { fulfilmentId: parcel.id, shipmentId: shipment.id, byId, at });
  const received = shipment.lines.map((line) => acceptedOf(line, line === parcel.lines[0] ? fate.missing : null));
  for (const each of received) saveLine(market, order, parcel, receiptId, each);
  settleMissing(market, order, receiptId, received, at);
  const way = draft.funding === 'individual' ? 'individual' : draft.way === 'on_account' ? 'on_account' : 'prepaid';
  for (const { line, acceptedQuantity, acceptedFen: fen, acceptedGrams: grams } of received)
    if (line.tally && acceptedQuantity > 0)
      market.tally.count(
        line.tally,
        way,
        way === 'individual' ? 'receipt' : 'acceptance',
        { fen, grams },
        { source: 'receipt', sourceId: receiptId, at },
      );
  tellParcel(market, parcel.id, {
    at,
    actorId: byId,
    action: 'fulfilment.receive',
    unitId: head.unitId,
    after: received.map(({ line, acceptedFen, acceptedGrams }) => ({ lineId: line.id, acceptedFen, acceptedGrams })),
  });
}

function acceptedOf(line: WrittenLine, missing: 'short' | 'damaged' | null): Received {
  const { quantity, payableFen, netGrams, grams } = line.row;
  const lost = missing === null ? 0 : Math.min(quantity, Math.max(1, Math.round(quantity * 0.04)));
  const acceptedQuantity = quantity - lost;
  const [ordered = 0] = allocate(payableFen, [acceptedQuantity, lost]);
  const acceptedGrams = weighed(line, netGrams * acceptedQuantity);
  const acceptedFen = acceptedQuantity === 0 ? 0 : shareOf(ordered, acceptedGrams, netGrams * acceptedQuantity);
  Object.assign(line.row, { acceptedQuantity, acceptedGrams, acceptedFen });
  const [missingFen, missingGrams] = [payableFen - acceptedFen, grams - acceptedGrams];
  return { line, acceptedQuantity, acceptedFen, acceptedGrams, missingFen, missingGrams };
}

/** Every other line of goods settled by weight turns out up to 3 % lighter. */
function weighed({ id, row }: WrittenLine, grams: number): number {
  if (row.pricePerKgFen == null || id % 2 === 0) return grams;
  return grams - Math.trunc((grams * (1 + (id % 29))) / 1000);
}

function saveLine(
  market: Market,
  { id: orderId, row, draft }: WrittenOrder,
  { fate }: WrittenParcel,
  receiptId: number,
  received: Received,
) {
  const { world, owed } = market;
  const { line, acceptedQuantity, acceptedFen, acceptedGrams, missingFen, missingGrams } = received;
  const lost = line.row.quantity - acceptedQuantity;
  const damaged = lost > 0 && fate.missing === 'damaged';
  const receiptLineId = world.rows.add('receiptLine', {
    receiptId,
    lineId: line.id,
    acceptedQuantity,
    acceptedGrams,
    acceptedFen,
    missingFen,
    missingGrams,
    weighedGrams: line.row.pricePerKgFen == null ? null : acceptedGrams,
    shortQuantity: damaged ? 0 : lost,
    damagedQuantity: damaged ? lost : 0,
    note: lost === 0 ? null : damaged ? '运输途中破损（演示）' : '清点少货（演示）',
  });
  if (lost > 0) market.caps.miss(line.good, { orderId, lineId: line.id, quantity: lost, at: fate.receivedAt });
  if (draft.way === 'on_account' && row.unitId != null && acceptedFen > 0)
    owed.push({
      unitId: row.unitId,
      funding: draft.funding,
      supplierId: line.good.supplierId,
      orderId,
      receiptLineId,
      fen: acceptedFen,
      grams: acceptedGrams,
      receivedAt: fate.receivedAt,
      tally: line.tally,
    });
}

function oweFreight(
  { owed }: Market,
  { id: orderId, row, draft }: WrittenOrder,
  { id, row: parcel, fate }: WrittenParcel,
) {
  if (draft.way !== 'on_account' || row.unitId == null || parcel.freightFen === 0) return;
  owed.push({
    unitId: row.unitId,
    funding: draft.funding,
    supplierId: parcel.supplierId,
    orderId,
    fulfilmentId: id,
    fen: parcel.freightFen,
    grams: 0,
    receivedAt: fate.receivedAt,
    tally: null,
  });
}

function settleMissing(market: Market, order: WrittenOrder, receiptId: number, received: Received[], at: Date): void {
  const fact = { source: 'receipt', sourceId: receiptId, at } as const;
  const amountFen = received.reduce((sum, line) => sum + line.missingFen, 0);
  for (const { line, missingFen: fen, missingGrams: grams } of received)
    if (line.tally && (fen > 0 || grams > 0)) market.tally.reverse(line.tally, { fen, grams }, fact);
  market.unionCaps.miss(order.id, receiptId, amountFen, at);
  writeJournal(market, { orderId: order.id, ...fact, amounts: { goods: -amountFen, owed: amountFen } });
  if (amountFen > 0 && order.row.paymentWay === 'stripe') writeRefund(market, order, { ...fact, amountFen });
}

/** The buyer's review, by which some programmes count what was accepted (rule 2). */
function review(market: Market, { draft }: WrittenOrder, { id, lines, fate }: WrittenParcel, at: Date): void {
  const sourceId = market.world.rows.add('deliveryReview', {
    fulfilmentId: id,
    byId: draft.buyerId,
    rating: fate.rating,
    text: PRAISE[fate.rating] ?? '',
    at,
  });
  if (draft.funding === 'individual') return;
  const way = draft.way === 'on_account' ? 'on_account' : 'prepaid';
  for (const { tally, row } of lines)
    if (tally && (row.acceptedQuantity ?? 0) > 0)
      market.tally.count(
        tally,
        way,
        'review',
        { fen: row.acceptedFen ?? 0, grams: row.acceptedGrams ?? 0 },
        { source: 'review', sourceId, at },
      );
}

function tellParcel(
  market: Market,
  subjectId: number,
  line: Omit<Tables['auditLine'], 'subjectType' | 'subjectId'>,
): void {
  audit(market, { subjectType: 'fulfilment', subjectId, ...line });
}
