import { groupBy } from '../shared/group-by.ts';
import { presentDelivery } from './delivery/delivery-text.ts';
import { inReaderLanguage, parcelNumber, type Reader } from './order-labels.ts';
import { orderNumber, type SupplierFulfilment } from './order-queries.ts';
import { buyerOf, isColdChain } from './supplier-presenter.ts';

type Line = SupplierFulfilment['lines'][number];

/** What is fetched from the store for several parcels: by product (gifts apart) and batch, with the parcels that it goes to. Batches stand as they were promised, the first to expire first. */
export function presentPicking(reader: Reader, parcels: readonly SupplierFulfilment[]) {
  const picks = parcels.flatMap((parcel) =>
    parcel.lines.flatMap((line) => line.allocations.map((share) => ({ parcel, line, share }))),
  );
  return [...groupBy(picks, ({ line }) => `${line.productId} ${line.isGift}`).values()].map((ofProduct) => {
    const { line } = ofProduct[0] as (typeof ofProduct)[number];
    return {
      ...goodsOf(reader, line),
      coldChain: line.product.coldChain,
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

/** What stands on a parcel: where it goes, from whom, what is in it; `qr` leads the receiver to where it is received. */
export function presentLabel(reader: Reader, parcel: SupplierFulfilment, qr: string) {
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
    coldChain: isColdChain(parcel),
    note: order.note,
    delivery: presentDelivery(reader, order),
    goods: parcel.lines.map((line) => ({ ...goodsOf(reader, line), quantity: packed(line) })),
  };
}

/** The note that travels with the goods and is signed at the door: by batch, without prices. */
export function presentDeliveryNote(reader: Reader, parcel: SupplierFulfilment, qr: string) {
  return {
    ...presentLabel(reader, parcel, qr),
    orderNumber: orderNumber(parcel.order),
    placedAt: parcel.order.placedAt,
    lines: parcel.lines.flatMap((line) =>
      line.allocations.map(({ batch, quantity }) => ({
        ...goodsOf(reader, line),
        traceCode: batch.traceCode,
        quantity,
        isWeighed: line.pricePerKgFen !== null,
        note: line.note,
      })),
    ),
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
