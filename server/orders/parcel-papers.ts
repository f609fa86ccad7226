import { groupBy } from '../shared/group-by.ts';
import { kindOf, kindsOf } from './cold-chain.ts';
import { presentDelivery } from './delivery/delivery-text.ts';
import { inReaderLanguage, parcelNumber, type Reader } from './order-labels.ts';
import { orderNumber, type SupplierFulfilment } from './order-queries.ts';
import { buyerOf } from './supplier-presenter.ts';

type Line = SupplierFulfilment['lines'][number];

/**
 * What is fetched from the store for several parcels, cold-chain goods apart: by product (gifts apart) and batch, with the parcels that it
 * goes to. Batches stand as they were promised, the first to expire first.
 */
export function presentPicking(reader: Reader, parcels: readonly SupplierFulfilment[]) {
  const picks = parcels.flatMap((parcel) =>
    parcel.lines.flatMap((line) => line.allocations.map((share) => ({ parcel, line, share }))),
  );
  const kinds = kindsOf(picks.map(({ line }) => line));
  return kinds.map((kind) => ({
    label: kinds.includes('cold') ? reader.t(`supplier:apart.${kind}`) : undefined,
    isCold: kind === 'cold',
    products: presentProducts(
      reader,
      picks.filter(({ line }) => kindOf(line) === kind),
    ),
  }));
}

interface Pick {
  parcel: SupplierFulfilment;
  line: Line;
  share: Line['allocations'][number];
}

function presentProducts(reader: Reader, picks: readonly Pick[]) {
  return [...groupBy(picks, ({ line }) => `${line.productId} ${line.isGift}`).values()].map((ofProduct) => {
    const { line } = ofProduct[0] as Pick;
    return {
      ...goodsOf(reader, line),
      quantity: sum(ofProduct),
      batches: [...groupBy(ofProduct, ({ share }) => share.batchId).values()].map((ofBatch) => ({
        traceCode: ofBatch[0]?.share.batch.traceCode,
        quantity: sum(ofBatch),
        parcels: ofBatch.map(({ parcel, share }) => `${parcelNumber(parcel)} × ${share.quantity}`),
      })),
    };
  });
}

/** When and where those of the parcels are awaited that were asked for on a day, the earliest first. */
export function presentDeliveries(reader: Reader, parcels: readonly SupplierFulfilment[]) {
  return parcels
    .flatMap((parcel) => {
      const delivery = presentDelivery(reader, parcel.order);
      return delivery ? [{ number: parcelNumber(parcel), ...delivery }] : [];
    })
    .sort((a, b) => `${a.day} ${a.hours}`.localeCompare(`${b.day} ${b.hours}`));
}

function sum(picks: readonly { share: { quantity: number } }[]): number {
  return picks.reduce((total, { share }) => total + share.quantity, 0);
}

/**
 * What stands on each box of a parcel: where it goes, from whom, what is in it; `qr` leads the receiver to where it is received.
 * Cold-chain goods have a box of their own; each of two says which it is.
 */
export function presentLabels(reader: Reader, parcel: SupplierFulfilment, qr: string) {
  return boxesOf(parcel).map((lines, index, boxes) => ({
    ...presentBox(reader, parcel, lines, qr),
    box: boxes.length > 1 ? `${index + 1}/${boxes.length}` : undefined,
  }));
}

/** The notes that travel with the goods and are signed at the door: by box and batch, without prices. */
export function presentDeliveryNotes(reader: Reader, parcel: SupplierFulfilment, qr: string) {
  return boxesOf(parcel).map((lines, index, boxes) => ({
    ...presentBox(reader, parcel, lines, qr),
    box: boxes.length > 1 ? `${index + 1}/${boxes.length}` : undefined,
    orderNumber: orderNumber(parcel.order),
    placedAt: parcel.order.placedAt,
    lines: lines.flatMap((line) =>
      line.allocations.map(({ batch, quantity }) => ({
        ...goodsOf(reader, line),
        traceCode: batch.traceCode,
        quantity,
        isWeighed: line.pricePerKgFen !== null,
        note: line.note,
      })),
    ),
  }));
}

/** What is left to pack, the cold-chain goods apart. */
function boxesOf({ lines }: SupplierFulfilment): Line[][] {
  const left = lines.filter((line) => packed(line) > 0);
  return kindsOf(left).map((kind) => left.filter((line) => kindOf(line) === kind));
}

function presentBox(reader: Reader, parcel: SupplierFulfilment, lines: readonly Line[], qr: string) {
  const { order } = parcel;
  return {
    number: parcelNumber(parcel),
    qr,
    recipient: order.recipient,
    phone: order.phone,
    region: order.region,
    address: order.address,
    buyerName: order.unit ? buyerOf(reader, parcel) : undefined,
    supplierName: inReaderLanguage(reader, parcel.supplier.name, parcel.supplier.nameEn),
    coldChain: kindsOf(lines).includes('cold'),
    note: order.note,
    delivery: presentDelivery(reader, order),
    goods: lines.map((line) => ({ ...goodsOf(reader, line), quantity: packed(line) })),
  };
}

function goodsOf(reader: Reader, line: Line) {
  return {
    name: inReaderLanguage(reader, line.name, line.nameEn),
    spec: inReaderLanguage(reader, line.spec, line.specEn),
    saleUnit: inReaderLanguage(reader, line.saleUnit, line.saleUnitEn),
    isGift: line.isGift,
  };
}

function packed(line: Line): number {
  return line.allocations.reduce((total, { quantity }) => total + quantity, 0);
}
