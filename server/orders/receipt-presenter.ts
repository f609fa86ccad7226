import { pathTo } from '../paths.ts';
import type { Fault } from '../shared/errors.ts';
import { unitWord } from '../shared/unit-words.ts';
import { formatKilograms } from '../shared/weight.ts';
import { formView } from '../web/form-view.ts';
import type { Locale, Translate } from '../web/i18n.ts';
import type { ArrivedRow, Shipment } from './arrived-rows.ts';
import { degrees, inReaderLanguage, receiverOf } from './order-labels.ts';
import { orderNumber, type WholeOrder } from './order-queries.ts';
import { RECEIPT_PARTS, receiptField } from './receipt-form.ts';
import { WARMEST_DECI } from './ship-fulfilment.ts';
import { weightRange } from './weighed-parts.ts';

export interface Arrived {
  order: WholeOrder;
  parcel: WholeOrder['fulfilments'][number];
  /** all that are on their way */
  open: Shipment[];
  shipment: Shipment;
  rows: ArrivedRow[];
}

interface Reader {
  t: Translate;
  locale: Locale;
}

/** The data of `views/orders/receive.hbs`. */
export function presentReceipt(
  reader: Reader,
  { order, parcel, open, shipment, rows }: Arrived,
  values: Record<string, unknown>,
  faults: Fault[],
) {
  const { t } = reader;
  const fields = ['temperature', ...rows.flatMap(({ key }) => RECEIPT_PARTS.map((part) => receiptField(part, key)))];
  const who = receiverOf(order);
  const title = t(`orders:receipt.${who}.title`);
  const cold = rows.some(({ line }) => line.product.coldChain);
  return {
    title,
    breadcrumbs: [{ label: orderNumber(order), href: pathTo('order', { id: order.id }) }, { label: title }],
    supplierName: inReaderLanguage(reader, parcel.supplier.name, parcel.supplier.nameEn),
    shipment: {
      id: shipment.id,
      carrier: shipment.carrier,
      trackingNumber: shipment.trackingNumber,
      shippedAt: shipment.shippedAt,
    },
    action: pathTo('fulfilmentReceipt', { id: parcel.id }),
    others: open.length > 1 ? open.map((one, index) => shipmentTab(reader, parcel.id, one, index, shipment.id)) : [],
    moreToCome: parcel.state === 'partly_shipped' ? t(`orders:receipt.${who}.moreToCome`) : undefined,
    words: {
      intro: t(`orders:receipt.${who}.intro`),
      submit: t(`orders:receipt.${who}.submit`),
      once: t(`orders:receipt.${who}.once`),
      whole: t(`orders:receipt.${who}.whole`),
      which: t(`orders:receipt.${who}.which`),
    },
    cold: cold && {
      most: WARMEST_DECI / 10,
      handedOver: degrees(shipment.temperatureDeci),
    },
    form: { ...formView(t, fields, values, faults), labels: labelsOf(reader, rows, faults) },
    rows: rows.map((row) => presentRow(reader, row, who)),
  };
}

function shipmentTab({ t }: Reader, id: number, one: Shipment, index: number, current: number) {
  return {
    label: t('receiving:shipment', { number: index + 1, tracking: one.trackingNumber }),
    href: pathTo('fulfilmentReceipt', { id, shipment: one.id }),
    current: one.id === current,
  };
}

/** What the summary calls a field whose fault does not name the goods itself. */
function labelsOf(reader: Reader, rows: readonly ArrivedRow[], faults: readonly Fault[]): Record<string, string> {
  const labels = faults.flatMap(({ path, values }) => {
    const row = rows.find(({ key }) => RECEIPT_PARTS.some((part) => receiptField(part, key) === path));
    return row && !values?.name ? [[path, inReaderLanguage(reader, row.line.name, row.line.nameEn)] as const] : [];
  });
  return { temperature: reader.t('receiving:temperature'), ...Object.fromEntries(labels) };
}

function presentRow(
  reader: Reader,
  { key, line, batchId, traceCode, quantity, grams }: ArrivedRow,
  who: ReturnType<typeof receiverOf>,
) {
  const { t } = reader;
  const saleUnit = inReaderLanguage(reader, line.saleUnit, line.saleUnitEn);
  const range = weightRange(line, quantity);
  return {
    key,
    name: inReaderLanguage(reader, line.name, line.nameEn),
    spec: inReaderLanguage(reader, line.spec, line.specEn),
    category: line.illustration,
    batch: batchId ? traceCode : undefined,
    ordered: t('orders:receipt.ordered', { quantity, unit: unitWord(quantity, saleUnit) }),
    most: quantity,
    parts: (['accepted', 'short', 'damaged'] as const).map((part) => ({
      field: receiptField(part, key),
      label: part === 'accepted' ? t(`orders:receipt.${who}.accepted`) : t(`orders:receipt.${part}`),
      value: part === 'accepted' ? quantity : 0,
      part,
    })),
    weight:
      grams === null
        ? undefined
        : {
            field: receiptField('weight', key),
            value: formatKilograms(grams).replaceAll(',', ''),
            hint: t('receiving:weightHint', {
              shipped: formatKilograms(grams),
              least: formatKilograms(range.least),
              most: formatKilograms(range.most),
            }),
          },
    noteField: receiptField('note', key),
    photosField: receiptField('photos', key),
  };
}
