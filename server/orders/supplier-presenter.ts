import type { FulfilmentState } from '../db/generated/enums.ts';
import { pathTo } from '../paths.ts';
import { formatKilograms } from '../shared/weight.ts';
import type { FormView } from '../web/form-view.ts';
import { kindOf } from './cold-chain.ts';
import { presentKinds } from './cold-chain-view.ts';
import { presentDelivery } from './delivery/delivery-text.ts';
import { mayContest } from './disputes/contest-receipt.ts';
import { comingDay, degrees, droppedReason, inReaderLanguage, parcelNumber, type Reader } from './order-labels.ts';
import { orderNumber, type SupplierFulfilment } from './order-queries.ts';
import { mayHappenTo } from './order-states.ts';
import { isOverdue, SUPPLIERS_TURN } from './overdue/due-dates.ts';
import type { OnTimeRate, OverdueCount } from './overdue/overdue-queries.ts';
import { photosOf } from './receipt-photos.ts';
import { quantityField, weightField } from './supplier-forms.ts';
import { acceptedByItselfOn } from './track-parcel.ts';
import { weightRange } from './weighed-parts.ts';

/** What a supplier works through, in that order. */
export const WORKBENCH = [
  ...(['overdue', 'to_confirm', 'confirmed', 'partly_shipped', 'shipped', 'received', 'cancelled'] as const),
] as const;
export type Tab = (typeof WORKBENCH)[number];

const TONES: Record<FulfilmentState, string> = {
  waiting: 'wait',
  to_confirm: 'wait',
  confirmed: 'active',
  partly_shipped: 'active',
  shipped: 'active',
  received: 'done',
  cancelled: 'off',
};

interface Workbench {
  counts: Partial<Record<FulfilmentState, number>>;
  overdue: readonly OverdueCount[];
  rates: readonly OnTimeRate[];
  parcels: readonly SupplierFulfilment[];
  now: Date;
}

/** The data of `views/supplier/list.hbs`. */
export function presentWorkbench(reader: Reader, state: Tab, { counts, overdue, rates, parcels, now }: Workbench) {
  const overdueCount = overdue.reduce((sum, { count }) => sum + count, 0);
  return {
    title: reader.t('supplier:list.title'),
    state,
    tabs: WORKBENCH.map((tab) => ({
      label: reader.t(`supplier:state.${tab}`),
      href: pathTo('supplierFulfilments', { state: tab }),
      current: tab === state,
      count: tab === 'overdue' ? overdueCount : counts[tab],
      isAlarming: tab === 'overdue' && overdueCount > 0,
    })).filter(({ current, count }, index) => index > 0 || current || count),
    overdue: overdueCount > 0 && {
      count: overdueCount,
      since: new Date(Math.min(...overdue.map(({ oldestDueAt }) => oldestDueAt.getTime()))),
      href: state === 'overdue' ? undefined : pathTo('supplierFulfilments', { state: 'overdue' }),
    },
    promises: rates.map((rate) => ({
      supplierName: rates.length > 1 ? inReaderLanguage(reader, rate.name, rate.nameEn) : undefined,
      ...rate,
      rate: rate.due > 0 ? rate.onTime / rate.due : null,
      href: pathTo('leadTimes', { supplier: rate.supplierId }),
    })),
    parcels: parcels.map((parcel) => presentRow(reader, parcel, now)),
    mayConfirm: state === 'to_confirm',
    mayPrint: state !== 'received' && state !== 'cancelled',
    manySuppliers: new Set(parcels.map((parcel) => parcel.supplierId)).size > 1,
  };
}

function presentRow(reader: Reader, parcel: SupplierFulfilment, now: Date) {
  return {
    id: parcel.id,
    number: parcelNumber(parcel),
    href: pathTo('supplierFulfilment', { id: parcel.id }),
    supplierName: inReaderLanguage(reader, parcel.supplier.name, parcel.supplier.nameEn),
    placedAt: parcel.order.placedAt,
    ...presentDue(parcel, now),
    region: parcel.order.region,
    delivery: presentDelivery(reader, parcel.order),
    buyerName: buyerOf(reader, parcel),
    goods: parcel.lines.map((line) => presentGoods(reader, line)),
    grams: parcel.lines.reduce((sum, line) => sum + line.grams, 0),
    goodsFen: parcel.goodsFen,
    coldChain: isColdChain(parcel),
    comesOn: comingDay(parcel.order),
    poolNumber: parcel.order.poolId,
    isToConfirm: parcel.state === 'to_confirm',
    isToShip: parcel.state === 'confirmed',
    ...presentState(reader, parcel.state),
  };
}

/** By when the next step is due, or since when it is overdue. */
function presentDue(parcel: SupplierFulfilment, now: Date) {
  if (isOverdue(parcel, now)) return { overdueSince: parcel.dueAt };
  return { dueAt: SUPPLIERS_TURN.some((state) => state === parcel.state) ? parcel.dueAt : null };
}

/** The data of `views/supplier/show.hbs`. */
export function presentParcel(reader: Reader, parcel: SupplierFulfilment, form: FormView | undefined, now: Date) {
  const { t } = reader;
  const { order } = parcel;
  const mayShip = mayHappenTo(parcel.state, 'ship');
  const { next, ...apart } = presentKinds(reader, parcel, form);
  return {
    title: `${t('supplier:show.title')} ${parcelNumber(parcel)}`,
    breadcrumbs: [
      { label: t('supplier:list.title'), href: pathTo('supplierFulfilments', { state: parcel.state }) },
      { label: parcelNumber(parcel) },
    ],
    parcel: {
      number: parcelNumber(parcel),
      orderNumber: orderNumber(order),
      supplierName: inReaderLanguage(reader, parcel.supplier.name, parcel.supplier.nameEn),
      buyerName: buyerOf(reader, parcel),
      placedAt: order.placedAt,
      comesOn: comingDay(order),
      delivery: presentDelivery(reader, order),
      poolNumber: order.poolId,
      confirmedAt: parcel.confirmedAt,
      ...presentDue(parcel, now),
      acceptedOn: waitsForUnit(parcel) ? acceptedByItselfOn(order, parcel) : null,
      isToConfirm: parcel.state === 'to_confirm',
      receivedAt: parcel.receivedAt,
      goodsFen: parcel.goodsFen,
      freightFen: parcel.freightFen,
      grams: parcel.lines.reduce((sum, line) => sum + line.grams, 0),
      note: order.note,
      ...presentState(reader, parcel.state),
    },
    address:
      parcel.state === 'cancelled'
        ? null
        : { recipient: order.recipient, phone: order.phone, text: `${order.region} ${order.address}` },
    apart,
    groups: apart.headings.map((heading) => ({
      ...heading,
      lines: parcel.lines
        .filter((line) => heading.kind === undefined || kindOf(line) === heading.kind)
        .map((line) => presentPick(reader, parcel, line, kindOf(line) === next)),
    })),
    shipments: parcel.shipments.map((shipment) => ({
      carrier: shipment.carrier,
      trackingNumber: shipment.trackingNumber,
      shippedAt: shipment.shippedAt,
      temperature: degrees(shipment.temperatureDeci),
      isReceived: shipment.receivedAt !== null,
      slipHref: shipment.slipFileId ? pathTo('shipmentSlip', { id: shipment.id }) : undefined,
    })),
    linksHref: pathTo('parcelLinks', { id: parcel.id }),
    confirmAction: mayHappenTo(parcel.state, 'confirm') ? pathTo('fulfilmentConfirmation', { id: parcel.id }) : null,
    shipAction: mayShip ? pathTo('fulfilmentShipment', { id: parcel.id }) : null,
    restAction: mayHappenTo(parcel.state, 'drop_rest') ? pathTo('fulfilmentRest', { id: parcel.id }) : null,
    contests: parcel.receipts
      .filter((receipt) => !receipt.dispute && mayContest(order, receipt, now))
      .map((receipt) => ({ action: pathTo('receiptDispute', { id: receipt.id }) })),
    disputes: parcel.receipts.flatMap(({ dispute }) =>
      dispute ? [{ href: pathTo('dispute', { id: dispute.id }), label: t(`disputes:state.${dispute.state}`) }] : [],
    ),
    dropped: droppedReason(reader, parcel.receipts),
    form: form ? { ...form, labels: labelsOf(reader, parcel) } : { values: {} },
  };
}

function waitsForUnit({ order, state }: SupplierFulfilment): boolean {
  return order.fundingSource !== 'individual' && (state === 'shipped' || state === 'partly_shipped');
}

function labelsOf(reader: Reader, parcel: SupplierFulfilment): Record<string, string> {
  const { t } = reader;
  const quantities = parcel.lines.flatMap((line) =>
    line.allocations.flatMap(({ batch, batchId }) => {
      const name = inReaderLanguage(reader, line.name, line.nameEn);
      return [
        [quantityField(line.id, batchId), t('supplier:show.quantityOf', { name, code: batch.traceCode })] as const,
        [weightField(line.id, batchId), t('receiving:ship.weightOf', { name, code: batch.traceCode })] as const,
      ];
    }),
  );
  const fields = ['carrier', 'trackingNumber', 'temperature'].map((key) => [key, t(`supplier:show.${key}`)] as const);
  return Object.fromEntries([...fields, ...quantities]);
}

type Line = SupplierFulfilment['lines'][number];

/** One line of the picking list: from which batches, how much went, and what the buyer accepted. */
function presentPick(reader: Reader, parcel: SupplierFulfilment, line: Line, goesNext: boolean) {
  const receipts = parcel.receipts.flatMap((one) => one.lines).filter((one) => one.lineId === line.id);
  const sum = (of: 'acceptedQuantity' | 'shortQuantity' | 'damagedQuantity') =>
    receipts.reduce((total, one) => total + one[of], 0);
  const shipped = parcel.shipments.flatMap((one) => one.lines).filter((one) => one.lineId === line.id);
  const gone = shipped.reduce((total, one) => total + one.quantity, 0);
  return {
    ...presentGoods(reader, line),
    category: line.illustration,
    grams: line.grams,
    coldChain: line.product.coldChain,
    goesNext,
    batches: line.allocations.map(({ batch, batchId, quantity }) => ({
      traceCode: batch.traceCode,
      traceHref: pathTo('trace', { code: batch.traceCode }),
      quantity,
      goes: goesNext ? quantity : 0,
      shipped: gone > 0 ? quantityOf(shipped, batchId) : undefined,
      field: quantityField(line.id, batchId),
      weight: weightOf(reader, line, batchId, quantity),
    })),
    gone: parcel.state === 'partly_shipped' ? gone : undefined,
    perKgFen: line.pricePerKgFen ?? undefined,
    receipt: receipts.length > 0 && {
      acceptedQuantity: sum('acceptedQuantity'),
      shortQuantity: sum('shortQuantity'),
      damagedQuantity: sum('damagedQuantity'),
      note: receipts.flatMap((one) => one.note ?? []).join(' · '),
      photos: photosOf(reader, parcel.id, receipts),
    },
  };
}

function quantityOf(shipped: readonly { batchId: number; quantity: number }[], batchId: number): number {
  return shipped.filter((one) => one.batchId === batchId).reduce((total, one) => total + one.quantity, 0);
}

/** Where weight is what is paid for: its field and what it may come to. */
function weightOf({ t }: Reader, line: Line, batchId: number, quantity: number) {
  if (line.pricePerKgFen === null) return undefined;
  const range = weightRange(line, quantity);
  const values = { least: formatKilograms(range.least), most: formatKilograms(range.most) };
  return { field: weightField(line.id, batchId), hint: t('receiving:ship.weightHint', values) };
}

function presentGoods(reader: Reader, line: Line) {
  return {
    id: line.id,
    name: inReaderLanguage(reader, line.name, line.nameEn),
    spec: inReaderLanguage(reader, line.spec, line.specEn),
    saleUnit: inReaderLanguage(reader, line.saleUnit, line.saleUnitEn),
    quantity: line.quantity,
    isGift: line.isGift,
    note: line.note,
  };
}

/** A unit is named for its canteen or union purchases; of a person nothing but the address (rule 31). */
export function buyerOf(reader: Reader, { order }: SupplierFulfilment): string {
  if (order.fundingSource === 'individual' || !order.unit) return reader.t('supplier:person');
  return inReaderLanguage(reader, order.unit.name, order.unit.nameEn);
}

function isColdChain(parcel: SupplierFulfilment): boolean {
  return parcel.lines.some((line) => line.product.coldChain);
}

function presentState({ t }: Reader, state: FulfilmentState) {
  return { stateTone: TONES[state], stateLabel: t(`supplier:state.${state}`) };
}
