import { type Actor, hasRole } from '../accounts/actor.ts';
import { pathTo } from '../paths.ts';
import { formatKilograms } from '../shared/weight.ts';
import { kindsOf } from './cold-chain.ts';
import { degrees, droppedReason, inReaderLanguage, parcelNumber, type Reader, receiverOf } from './order-labels.ts';
import { mayBuyerSee } from './order-policy.ts';
import type { WholeOrder } from './order-queries.ts';
import { isOverdue } from './overdue/due-dates.ts';
import { photosOf } from './receipt-photos.ts';
import { leftToAsk, presentOwnRefund } from './refund-presenter.ts';
import type { WholeRefund } from './refund-queries.ts';
import { WARMEST_DECI } from './ship-fulfilment.ts';
import { type Seen, trackingHref, trackParcel } from './track-parcel.ts';

type Part = WholeOrder['fulfilments'][number];
type Line = WholeOrder['lines'][number];

/** One parcel of an order as its buyer follows it: who ships, how it travels, from which batches, and what was accepted. */
export function presentParcel(reader: Reader, actor: Actor, order: WholeOrder, part: Part, seen: Seen) {
  const open = part.shipments.filter((shipment) => shipment.receivedAt === null);
  const lines = order.lines.filter((line) => line.fulfilmentId === part.id);
  const mayReceive = (part.state === 'shipped' || part.state === 'partly_shipped') && mayBuyerSee(actor, order);
  return {
    number: parcelNumber(part),
    supplierName: inReaderLanguage(reader, part.supplier.name, part.supplier.nameEn),
    supplierHref: pathTo('supplier', { id: part.supplier.id }),
    pickup: presentPickup(reader, actor, order, part),
    tracking: trackParcel(reader, order, part, seen),
    overdueSince: isOverdue(part, seen.now) ? part.dueAt : undefined,
    overdueCancel: presentCancel(reader, actor, order, part, seen),
    shipments: part.shipments.map(
      ({ id, carrier, trackingNumber, temperatureDeci, shippedAt, receivedAt, slipFileId, ...shipment }) => ({
        coldChain: lines.some((line) => line.product.coldChain && shipment.lines.some((one) => one.lineId === line.id)),
        carrier,
        trackingNumber,
        trackHref: trackingHref(carrier, trackingNumber),
        temperature: degrees(temperatureDeci),
        shippedAt,
        isReceived: receivedAt !== null,
        slipHref: slipFileId ? pathTo('shipmentSlip', { id }) : undefined,
        measured: measuredText(reader, part, id),
        receiveHref:
          open.length > 1 && receivedAt === null && mayReceive
            ? pathTo('fulfilmentReceipt', { id: part.id, shipment: id })
            : undefined,
      }),
    ),
    receivedWords: {
      state: reader.t(`orders:received.${receiverOf(order)}.state`),
      receiveOne: reader.t(`orders:received.${receiverOf(order)}.one`),
    },
    receiveLabel: reader.t(`orders:received.${receiverOf(order)}.open`),
    receiveHref: open.length === 1 && mayReceive ? pathTo('fulfilmentReceipt', { id: part.id }) : undefined,
    disputes: part.receipts.flatMap(({ dispute }) =>
      dispute && mayBuyerSee(actor, order)
        ? [{ href: pathTo('dispute', { id: dispute.id }), label: reader.t(`disputes:state.${dispute.state}`) }]
        : [],
    ),
    dropped: droppedReason(reader, part.receipts),
    comesInTwo: comesInTwo(part, lines) ? reader.t('orders:show.coldApart') : undefined,
    lines: lines.map((line) => ({
      name: inReaderLanguage(reader, line.name, line.nameEn),
      href: pathTo('product', { id: line.productId }),
      category: line.illustration,
      spec: inReaderLanguage(reader, line.spec, line.specEn),
      saleUnit: inReaderLanguage(reader, line.saleUnit, line.saleUnitEn),
      quantity: line.quantity,
      isGift: line.isGift,
      priceFen: line.unitPriceFen,
      totalFen: line.payableFen,
      note: line.note,
      perKgFen: line.pricePerKgFen ?? undefined,
      aboutKg: line.pricePerKgFen === null ? undefined : formatKilograms(line.grams),
      batches: batchesOf(part, line),
      coldChain: line.product.coldChain,
      ...acceptance(reader, part, line, receiverOf(order)),
    })),
  };
}

/** Whether cold-chain goods and others of it are still to come, which travel apart (rule 23). */
function comesInTwo({ state }: Part, lines: readonly Line[]): boolean {
  if (state === 'received' || state === 'cancelled') return false;
  return kindsOf(lines.filter(({ quantity, refundedQuantity }) => quantity > refundedQuantity)).length > 1;
}

/** What its buyer may cancel of a parcel that is overdue, and the operator of one whose rest is waited for. */
function presentCancel({ t }: Reader, actor: Actor, order: WholeOrder, part: Part, { now }: Seen) {
  const ofBuyer = isOverdue(part, now) && order.poolId === null && mayBuyerSee(actor, order);
  const ofOperator = part.state === 'partly_shipped' && hasRole(actor, 'operator');
  if (!ofBuyer && !ofOperator) return undefined;
  const what = part.state === 'partly_shipped' ? 'rest' : 'cancel';
  const action = pathTo(ofBuyer ? 'fulfilmentCancellation' : 'fulfilmentRest', { id: part.id });
  const words = {
    open: t(`overdue:${what}.open`),
    question: t(`overdue:${what}.question`),
    button: t(`overdue:${what}.button`),
  };
  return { action, ...words, reasonOptional: ofBuyer };
}

/** Where it is fetched; the code is for the buyer's eyes alone. */
function presentPickup(reader: Reader, actor: Actor, order: WholeOrder, { pickup, state }: Part) {
  if (!pickup || state === 'cancelled') return undefined;
  const { point, arrivedAt } = pickup;
  const waits = arrivedAt !== null && state === 'shipped';
  return {
    pointName: inReaderLanguage(reader, point.name, point.nameEn),
    ...{ hours: point.hours, phone: point.phone, arrivedAt },
    code: waits && mayBuyerSee(actor, order) ? pickup.code : undefined,
    notYet: arrivedAt === null && state !== 'received',
    fetched: state === 'received',
  };
}

/** The batches that went, and until then those that are promised (rule 18). */
function batchesOf(part: Part, line: Line) {
  const shipped = part.shipments.flatMap((shipment) => shipment.lines).filter((one) => one.lineId === line.id);
  const shares = shipped.length > 0 ? shipped : line.allocations;
  return shares.map(({ batch, quantity }) => ({
    code: batch.traceCode,
    href: pathTo('trace', { code: batch.traceCode }),
    quantity: shares.length > 1 ? quantity : undefined,
  }));
}

function acceptance(reader: Reader, part: Part, line: Line, who: ReturnType<typeof receiverOf>) {
  const receipts = part.receipts.flatMap((one) => one.lines).filter((one) => one.lineId === line.id);
  if (receipts.length === 0) return {};
  const sum = (of: 'acceptedQuantity' | 'shortQuantity' | 'damagedQuantity' | 'acceptedFen' | 'acceptedGrams') =>
    receipts.reduce((total, one) => total + one[of], 0);
  const whole = sum('acceptedQuantity') === line.quantity;
  const isWeighed = line.pricePerKgFen !== null;
  const weighed = receipts.reduce((total, one) => total + (one.weighedGrams ?? 0), 0);
  const values = {
    ...{ accepted: sum('acceptedQuantity'), short: sum('shortQuantity'), damaged: sum('damagedQuantity') },
  };
  const owed = sum('acceptedFen');
  return {
    acceptedNote: [
      reader.t(`orders:received.${who}.${whole ? 'all' : 'note'}`, values),
      ...(isWeighed ? [reader.t('receiving:actual', { kg: formatKilograms(weighed) })] : []),
      ...(weighed > sum('acceptedGrams') && isWeighed ? [reader.t('receiving:heavierFree')] : []),
    ].join(' · '),
    acceptedShort: !whole,
    owesOther: owed !== line.payableFen,
    acceptedFen: owed,
    receiptNote: receipts.flatMap((one) => one.note ?? []).join(' · '),
    receiptPhotos: photosOf(reader, part.id, receipts),
  };
}

/** The temperature on arrival, and whether it was too warm. */
function measuredText({ t }: Reader, part: Part, shipmentId: number) {
  const measured = part.receipts.find((receipt) => receipt.shipmentId === shipmentId)?.temperatureDeci ?? null;
  if (measured === null) return undefined;
  const tooWarm = measured > WARMEST_DECI;
  const values = { degrees: degrees(measured), most: WARMEST_DECI / 10 };
  return { tooWarm, text: t(tooWarm ? 'receiving:measuredTooWarm' : 'receiving:measured', values) };
}

/** What was asked back of a parcel, what still can be, and its review. */
export function presentAfterSales(
  reader: Reader,
  actor: Actor,
  order: WholeOrder,
  part: Part,
  refunds: readonly WholeRefund[],
) {
  const mine = mayBuyerSee(actor, order);
  const binds = order.state === 'placed' || order.state === 'completed';
  const canAsk = mine && binds && [...leftToAsk(order, part, refunds).values()].some((left) => left > 0);
  return {
    refunds: refunds
      .filter((refund) => refund.fulfilmentId === part.id)
      .map((refund) => presentOwnRefund(reader, actor, refund)),
    refundHref: canAsk ? pathTo('fulfilmentRefund', { id: part.id }) : undefined,
    reviewHref:
      mine && part.state === 'received' && !part.review ? pathTo('fulfilmentReview', { id: part.id }) : undefined,
    review: part.review && { ...part.review, ratingLabel: reader.t(`aftersales:rating.${part.review.rating}`) },
  };
}
