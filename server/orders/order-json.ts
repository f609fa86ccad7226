import { z } from 'zod';
import type { OrderCount } from '../quotas/tally/order-counts.ts';
import { dayFromColumn } from '../shared/days.ts';
import { clockText } from '../units/canteens/canteen-hours.ts';
import { orderNumber, type SupplierFulfilment, type WholeOrder } from './order-queries.ts';

const lineJson = z.object({
  id: z.int(),
  productId: z.int(),
  name: z.string(),
  spec: z.string(),
  quantity: z.int(),
  /** added by a campaign, of 0 fen */
  isGift: z.boolean(),
  unitPriceFen: z.int(),
  /** of goods settled by weight */
  pricePerKgFen: z.int().nullable(),
  toleranceBp: z.int(),
  goodsFen: z.int(),
  discountFen: z.int(),
  pointsFen: z.int(),
  payableFen: z.int(),
  allowanceFen: z.int(),
  grams: z.int(),
  acceptedQuantity: z.int(),
  acceptedFen: z.int(),
  acceptedGrams: z.int(),
  refundedQuantity: z.int(),
  refundedFen: z.int(),
  refundedGrams: z.int(),
  batches: z.array(z.object({ batchId: z.int(), traceCode: z.string(), quantity: z.int() })),
});

const shipmentJson = z.object({
  id: z.int(),
  carrier: z.string(),
  trackingNumber: z.string(),
  temperature: z.number().nullable(),
  shippedAt: z.date(),
  receivedAt: z.date().nullable(),
  lines: z.array(z.object({ lineId: z.int(), batchId: z.int(), quantity: z.int(), grams: z.int() })),
});

const fulfilmentPart = {
  id: z.int(),
  state: z.string(),
  supplier: z.object({ code: z.string(), name: z.string() }),
  goodsFen: z.int(),
  freightFen: z.int(),
  /** by when its supplier is to confirm, then to ship it */
  dueAt: z.date().nullable(),
  confirmedAt: z.date().nullable(),
  shippedAt: z.date().nullable(),
  receivedAt: z.date().nullable(),
  shipments: z.array(shipmentJson),
  lines: z.array(lineJson),
};

export const countJson = z.object({
  programmeId: z.int(),
  programme: z.string(),
  placedFen: z.int(),
  placedGrams: z.int(),
  countedFen: z.int(),
  countedGrams: z.int(),
});

/** where a canteen receives it, on which day (Asia/Shanghai) and between which times; null: no day was asked for */
const deliveryJson = z
  .object({
    canteenId: z.int().nullable(),
    canteen: z.string().nullable(),
    on: z.string(),
    from: z.string(),
    to: z.string(),
    /** the day that was chosen first, where approval or payment came too late for it */
    movedFrom: z.string().nullable(),
  })
  .nullable();

export const orderJson = z.object({
  id: z.int(),
  number: z.string(),
  status: z.string(),
  fundingSource: z.string(),
  unit: z.object({ code: z.string(), name: z.string() }).nullable(),
  buyer: z.object({ id: z.int(), name: z.string() }),
  totals: z.object({
    ...{ goodsFen: z.int(), discountFen: z.int(), freightFen: z.int(), totalFen: z.int(), grams: z.int() },
    /** of the total paid with a welfare allowance, and what points took off the goods before it */
    ...{ allowanceFen: z.int(), pointsFen: z.int() },
  }),
  fulfilments: z.array(z.object(fulfilmentPart)),
  payment: z.object({ way: z.string(), state: z.string().nullable(), url: z.string().optional() }),
  counts: z.array(countJson),
  address: z.object({ recipient: z.string(), phone: z.string(), region: z.string(), address: z.string() }),
  delivery: deliveryJson,
  note: z.string().nullable(),
  submittedAt: z.date(),
  heldUntil: z.date().nullable(),
  placedAt: z.date().nullable(),
});

export const fulfilmentJson = z.object({
  ...fulfilmentPart,
  order: z.object({
    id: z.int(),
    placedAt: z.date().nullable(),
    unit: z.string().nullable(),
    recipient: z.string(),
    phone: z.string(),
    region: z.string(),
    address: z.string(),
    note: z.string().nullable(),
    delivery: deliveryJson,
  }),
});

type AnyLine = WholeOrder['lines'][number] | SupplierFulfilment['lines'][number];
type AnyFulfilment = Omit<WholeOrder['fulfilments'][number], 'receipts' | 'review' | 'pickup' | 'supplier'> & {
  supplier: { code: string; name: string };
};

function lineOf(line: AnyLine): z.infer<typeof lineJson> {
  const {
    id,
    productId,
    name,
    spec,
    quantity,
    isGift,
    unitPriceFen,
    pricePerKgFen,
    toleranceBp,
    goodsFen,
    discountFen,
    pointsFen,
    payableFen,
    allowanceFen,
    grams,
    acceptedQuantity,
    acceptedFen,
    acceptedGrams,
    refundedQuantity,
    refundedFen,
    refundedGrams,
  } = line;
  const batches = line.allocations.map((share) => ({
    batchId: share.batchId,
    traceCode: share.batch.traceCode,
    quantity: share.quantity,
  }));
  return {
    id,
    productId,
    name,
    spec,
    quantity,
    isGift,
    unitPriceFen,
    pricePerKgFen,
    toleranceBp,
    goodsFen,
    discountFen,
    pointsFen,
    payableFen,
    allowanceFen,
    grams,
    acceptedQuantity,
    acceptedFen,
    acceptedGrams,
    refundedQuantity,
    refundedFen,
    refundedGrams,
    batches,
  };
}

function partOf(
  { id, state, supplier, goodsFen, freightFen, dueAt, confirmedAt, shippedAt, receivedAt, shipments }: AnyFulfilment,
  lines: AnyLine[],
) {
  return {
    id,
    state,
    supplier: { code: supplier.code, name: supplier.name },
    goodsFen,
    freightFen,
    dueAt,
    confirmedAt,
    shippedAt,
    receivedAt,
    shipments: shipments.map((shipment) => ({
      id: shipment.id,
      carrier: shipment.carrier,
      trackingNumber: shipment.trackingNumber,
      temperature: shipment.temperatureDeci === null ? null : shipment.temperatureDeci / 10,
      shippedAt: shipment.shippedAt,
      receivedAt: shipment.receivedAt,
      lines: shipment.lines.map(({ lineId, batchId, quantity, grams }) => ({ lineId, batchId, quantity, grams })),
    })),
    lines: lines.map(lineOf),
  };
}

/** An order as the API shows it to its buyer and approvers. */
export function toOrderJson(order: WholeOrder, counts: OrderCount[], paymentUrl?: string): z.infer<typeof orderJson> {
  const {
    id,
    state,
    fundingSource,
    unit,
    buyer,
    goodsFen,
    discountFen,
    freightFen,
    totalFen,
    allowanceFen,
    pointsFen,
    recipient,
    phone,
    region,
    address,
  } = order;
  return {
    id,
    number: orderNumber(order),
    status: state,
    fundingSource,
    unit: unit && { code: unit.code, name: unit.name },
    buyer,
    totals: {
      goodsFen,
      discountFen,
      freightFen,
      totalFen,
      grams: order.lines.reduce((sum, line) => sum + line.grams, 0),
      allowanceFen,
      pointsFen,
    },
    fulfilments: order.fulfilments.map((part) =>
      partOf(
        part,
        order.lines.filter((line) => line.fulfilmentId === part.id),
      ),
    ),
    payment: {
      way: order.paymentWay,
      state: order.payments[0]?.state ?? null,
      ...(paymentUrl ? { url: paymentUrl } : {}),
    },
    counts: counts.map(({ programmeId, programmeCode, placedFen, placedGrams, countedFen, countedGrams }) => ({
      programmeId,
      programme: programmeCode,
      placedFen,
      placedGrams,
      countedFen,
      countedGrams,
    })),
    address: { recipient, phone, region, address },
    delivery: deliveryOf(order),
    note: order.note,
    submittedAt: order.submittedAt,
    heldUntil: order.heldUntil,
    placedAt: order.placedAt,
  };
}

function deliveryOf(
  order: Pick<
    SupplierFulfilment['order'],
    'canteenId' | 'canteen' | 'deliverOn' | 'deliverFrom' | 'deliverTo' | 'deliverMovedFrom'
  >,
): z.infer<typeof deliveryJson> {
  const { canteenId, canteen, deliverOn, deliverFrom, deliverTo, deliverMovedFrom } = order;
  if (!deliverOn || deliverFrom === null || deliverTo === null) return null;
  const times = { from: clockText(deliverFrom), to: clockText(deliverTo) };
  const movedFrom = deliverMovedFrom && dayFromColumn(deliverMovedFrom);
  return { canteenId, canteen: canteen?.name ?? null, on: dayFromColumn(deliverOn), ...times, movedFrom };
}

/** A supplier's own part, with the delivery address of its own parcel only (rule 31). */
export function toFulfilmentJson(fulfilment: SupplierFulfilment): z.infer<typeof fulfilmentJson> {
  const { id, placedAt, unit, recipient, phone, region, address, note } = fulfilment.order;
  return {
    ...partOf(fulfilment, fulfilment.lines),
    order: {
      ...{ id, placedAt, unit: unit?.name ?? null, recipient, phone, region, address, note },
      delivery: deliveryOf(fulfilment.order),
    },
  };
}
