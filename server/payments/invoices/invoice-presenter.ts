import type { InvoiceTitle } from '../../db/generated/client.ts';
import { inReaderLanguage, type Reader } from '../../orders/order-labels.ts';
import { orderNumber } from '../../orders/order-queries.ts';
import { pathTo } from '../../paths.ts';
import { dayFromColumn } from '../../shared/days.ts';
import { formatYuan } from '../../shared/money.ts';
import { encodeCursor } from '../../shared/pagination.ts';
import type { FormView } from '../../web/form-view.ts';
import type { findInvoicedOrder, findInvoicedParcel, listAsked, listIssued, MissingRed } from './invoice-queries.ts';
import { presentInvoice } from './invoicing-presenter.ts';
import type { ParcelInvoicing } from './parcel-invoicing.ts';

export const INVOICE_TABS = ['asked', 'red', 'issued'] as const;

type List =
  | { tab: 'asked'; rows: Awaited<ReturnType<typeof listAsked>> }
  | { tab: 'red'; rows: MissingRed[] }
  | { tab: 'issued'; rows: Awaited<ReturnType<typeof listIssued>> };

/** The data of `views/payments/invoices.hbs`: what a supplier is to issue and has issued. */
export function presentInvoiceList({ t }: Reader, list: List, perPage: number) {
  const { tab } = list;
  const last = list.rows.length > perPage ? list.rows[perPage - 1] : undefined;
  return {
    title: t('invoices:list.title'),
    tab,
    tabs: INVOICE_TABS.map((name) => ({
      label: t(`invoices:tab.${name}`),
      href: pathTo('invoices', { tab: name === 'asked' ? undefined : name }),
      current: name === tab,
    })),
    rows: rowsOf(list).slice(0, perPage),
    nextHref: last && pathTo('invoices', { tab, cursor: encodeCursor([last.id]) }),
  };

  function rowsOf({ tab: of, rows }: List) {
    if (of === 'asked')
      return rows.map(({ id, fulfilmentId, order, title, taxNumber, askedAt }) => ({
        ...{ id, title, taxNumber, at: askedAt },
        name: t('invoices:ofOrder', { number: orderNumber(order) }),
        href: pathTo('parcelInvoice', { id: fulfilmentId }),
      }));
    if (of === 'red')
      return rows.map(({ id, number, title, amountFen, missingFen, ...row }) => ({
        ...{ id, title, fen: amountFen, missingFen, name: number, href: placeOf(row) },
      }));
    return rows.map(({ id, kind, number, title, taxNumber, amountFen, issuedOn, ...row }) => ({
      ...{ id, title, taxNumber, name: number, href: placeOf(row), day: dayFromColumn(issuedOn) },
      ...{ kindLabel: t(`invoices:kind.${kind}`), fen: kind === 'red' ? -Number(amountFen) : Number(amountFen) },
    }));
  }
}

function placeOf({ statementId, fulfilmentId }: { statementId: number | null; fulfilmentId: number | null }): string {
  return statementId === null
    ? pathTo('parcelInvoice', { id: fulfilmentId ?? 0 })
    : pathTo('statement', { id: statementId });
}

/** The data of `views/payments/order-invoice.hbs`: what the buyer asked for and got, by supplier. */
export function presentOrderInvoice(
  reader: Reader,
  order: Awaited<ReturnType<typeof findInvoicedOrder>>,
  titles: readonly InvoiceTitle[],
  form: FormView,
) {
  const { t } = reader;
  const { id } = order;
  const number = orderNumber(order);
  const parcels = order.fulfilments.filter((one) => one.state !== 'cancelled' || one.invoices.length > 0);
  const isPaid = order.paymentWay === 'stripe' && (order.state === 'placed' || order.state === 'completed');
  const isOpen = parcels.some((one) => one.state !== 'cancelled' && one.invoices.length === 0);
  const asked = parcels.find((one) => one.invoiceRequest)?.invoiceRequest;
  const [remembered] = titles;
  const first = asked ?? remembered;
  return {
    title: t('invoices:order.title', { number }),
    breadcrumbs: [
      { label: t('orders:list.title'), href: pathTo('orders') },
      { label: number, href: pathTo('order', { id }) },
      { label: t('invoices:order.crumb') },
    ],
    isOnAccount: order.paymentWay !== 'stripe',
    action: order.isOwn && isPaid && isOpen ? pathTo('orderInvoice', { id }) : undefined,
    asked: asked && { title: asked.title, taxNumber: asked.taxNumber },
    titles: titles.map(({ title, taxNumber }) => ({ title, taxNumber })),
    kinds: ['person', 'company'].map((value) => ({ value, label: t(`invoices:wish.${value}`) })),
    form: {
      ...form,
      values: {
        ...{ kind: first?.taxNumber ? 'company' : 'person', title: first?.title, taxNumber: first?.taxNumber },
        ...form.values,
      },
    },
    parcels: parcels.map((parcel) => ({
      supplierName: inReaderLanguage(reader, parcel.supplier.name, parcel.supplier.nameEn),
      waits: parcel.invoiceRequest !== null && parcel.invoices.length === 0,
      invoices: parcel.invoices.map((invoice) => presentInvoice(reader, invoice, parcel.invoices)),
    })),
    backHref: pathTo('order', { id }),
  };
}

/** The data of `views/payments/parcel-invoice.hbs`: a supplier issues what was asked for, and takes back what was refunded. */
export function presentParcelInvoice(
  reader: Reader,
  parcel: Awaited<ReturnType<typeof findInvoicedParcel>>,
  { standingFen, blueFen, redFen, missingFen, redsDue }: ParcelInvoicing,
) {
  const { t } = reader;
  const { id, invoices, invoiceRequest } = parcel;
  const unexplained = missingFen - redsDue.reduce((sum, { fen }) => sum + fen, 0);
  const choice = (value: number, fen: number) => ({
    value,
    label:
      value === 0
        ? t('invoices:shortChoice', { fen: `¥${formatYuan(fen)}` })
        : t('invoices:refundChoice', { id: value, fen: `¥${formatYuan(fen)}` }),
  });
  return {
    title: t('invoices:parcel.title', { number: orderNumber(parcel.order) }),
    parcelHref: pathTo('supplierFulfilment', { id }),
    backHref: pathTo('invoices'),
    asked: invoiceRequest && { title: invoiceRequest.title, taxNumber: invoiceRequest.taxNumber },
    invoices: invoices.map((invoice) => presentInvoice(reader, invoice, invoices)),
    ...{ standingFen, invoicedFen: blueFen - redFen, missingFen, hasInvoices: blueFen > 0 },
    invoiceHref: invoiceRequest && blueFen === 0 && standingFen > 0 ? pathTo('parcelInvoice', { id }) : undefined,
    redHref: missingFen > 0 ? pathTo('parcelRed', { id }) : undefined,
    redChoices: [
      ...redsDue.map(({ refundId, fen }) => choice(refundId, fen)),
      ...(unexplained > 0 ? [choice(0, unexplained)] : []),
    ],
  };
}
