import { inReaderLanguage, type Reader } from '../orders/order-labels.ts';
import { orderNumber } from '../orders/order-queries.ts';
import { pathTo } from '../paths.ts';
import { dayFromColumn, dayOf } from '../shared/days.ts';
import { unitWord } from '../shared/unit-words.ts';
import { type PlaceTree, placeName } from '../units/place-tree.ts';
import type { RecalledLine, RecallTotals, ShownRecall } from './recall-queries.ts';
import { SEVERITIES } from './recall-schemas.ts';

const TONES = { running: 'bad', handled: 'wait', closed: 'done' } as const;

/** A batch as the pages of recalls name it. */
export function presentBatch(reader: Reader, places: PlaceTree, batch: ShownRecall['batch']) {
  const { product } = batch;
  return {
    code: batch.traceCode,
    traceHref: pathTo('trace', { code: batch.traceCode }),
    name: inReaderLanguage(reader, product.family.name, product.family.nameEn),
    spec: inReaderLanguage(reader, product.spec, product.specEn),
    saleUnit: inReaderLanguage(reader, product.saleUnit, product.saleUnitEn),
    category: product.category.illustration,
    producedOn: dayFromColumn(batch.producedOn),
    expiresOn: batch.expiresOn && dayFromColumn(batch.expiresOn),
    quantity: batch.quantity,
    originName: placeName(places, product.placeId, reader.locale),
    supplierName: inReaderLanguage(reader, product.supplier.name, product.supplier.nameEn),
    supplierHref: pathTo('supplier', { id: product.supplierId }),
  };
}

/** A recall in the public list and on its page. */
export function presentRecall(reader: Reader, places: PlaceTree, recall: ShownRecall) {
  const { t } = reader;
  return {
    id: recall.id,
    href: pathTo('recall', { id: recall.id }),
    batch: presentBatch(reader, places, recall.batch),
    severity: recall.severity,
    severityLabel: t(`recalls:severity.${recall.severity}`),
    severityText: t(`recalls:severityText.${recall.severity}`),
    state: { tone: TONES[recall.state], label: t(`recalls:state.${recall.state}`) },
    reason: recall.reason,
    advice: recall.advice ?? t('recalls:advice'),
    on: dayOf(recall.at),
    closedOn: recall.closedAt && dayOf(recall.closedAt),
    result: recall.result,
    isOpen: recall.state !== 'closed',
    isRunning: recall.state === 'running',
  };
}

export function severityChoices({ t }: Reader) {
  return SEVERITIES.map((severity) => ({
    value: severity,
    label: `${t(`recalls:severity.${severity}`)} · ${t(`recalls:severityText.${severity}`)}`,
  }));
}

/** What a recall came to so far, as the figures on top of its page. */
export function presentTotals({ t }: Reader, totals: RecallTotals, saleUnit: string) {
  const outstanding = totals.sent - totals.returned;
  const of = (quantity: number) => `${quantity} ${unitWord(quantity, saleUnit)}`;
  return [
    {
      label: t('recalls:total.orders'),
      value: String(totals.orders),
      under: t('recalls:total.units', { count: totals.units }),
    },
    { label: t('recalls:total.told'), value: `${totals.told} / ${totals.orders}` },
    {
      label: t('recalls:total.replaced'),
      value: of(totals.swapped),
      under: t('recalls:total.givenBack', { quantity: of(totals.givenBack) }),
    },
    { label: t('recalls:total.sent'), value: of(totals.sent) },
    {
      label: t('recalls:total.returned'),
      value: of(totals.returned),
      under: t('recalls:total.arrived', { quantity: of(totals.arrived) }),
    },
    { label: t('recalls:total.outstanding'), value: of(outstanding) },
  ];
}

/** An order line that the batch reached. `forSupplier` leads to the parcel, which is its own. */
export function presentRecalledLine(reader: Reader, line: RecalledLine, link: 'parcel' | 'order' | null) {
  const { t } = reader;
  const outstanding = line.sentQuantity - line.returnedQuantity;
  const state = line.cancelled
    ? 'cancelled'
    : line.sentQuantity === 0
      ? line.givenBackQuantity > 0
        ? 'givenBack'
        : 'swapped'
      : outstanding === 0
        ? 'returned'
        : line.returnedQuantity > 0
          ? 'partlyReturned'
          : 'outstanding';
  const hrefs = {
    parcel: pathTo('supplierFulfilment', { id: line.parcelId }),
    order: pathTo('order', { id: line.orderId }),
  };
  return {
    number: orderNumber({ id: line.orderId, submittedAt: line.submittedAt }),
    href: link && hrefs[link],
    buyer: line.unitName ? inReaderLanguage(reader, line.unitName, line.unitNameEn) : t('recalls:individual'),
    swapped: line.swappedQuantity,
    givenBack: line.givenBackQuantity,
    sent: line.sentQuantity,
    accepted: line.acceptedQuantity,
    returned: line.returnedQuantity,
    arrived: line.arrivedQuantity,
    outstanding,
    toldAt: line.toldAt,
    state: {
      tone: state === 'outstanding' ? 'bad' : state === 'partlyReturned' ? 'wait' : 'good',
      label: t(`recalls:lineState.${state}`),
    },
  };
}
