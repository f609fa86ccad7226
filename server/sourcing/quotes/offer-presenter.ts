import type { Reader } from '../../cart/cart-presenter.ts';
import { nameOf } from '../../catalog/catalog-reader.ts';
import { pathTo } from '../../paths.ts';
import { addDays, dayFromColumn, dayOf } from '../../shared/days.ts';
import { formatYuan } from '../../shared/money.ts';
import { LINE_FIELDS } from './offer-form.ts';
import { binds, lastDay, presentHead, presentOfferState, presentProduct } from './quote-presenter.ts';
import type { OfferableProduct, WholeRequest } from './quote-queries.ts';

const VALID_DAYS = 7;

export function offerFields(request: WholeRequest): string[] {
  const ofLines = request.lines.flatMap((line) => LINE_FIELDS.map((field) => `${field}.${line.id}`));
  return ['freightFen', 'deliverOn', 'validOn', 'wholeOnly', 'note', 'reason', ...ofLines];
}

interface OfferPage {
  request: WholeRequest;
  supplierId: number;
  goods: readonly OfferableProduct[];
  now: Date;
}

/** The data of `views/sourcing/offer.hbs`: what is asked, the form for an offer, what was offered and what became of it. */
export function presentOfferPage(reader: Reader, { request, supplierId, goods, now }: OfferPage) {
  const { t, locale } = reader;
  const { id } = request;
  const own = request.offers.filter((offer) => offer.supplierId === supplierId);
  const bound = own.find((offer) => binds(offer, now));
  const invitation = request.invitations.find((one) => one.supplierId === supplierId);
  const isOpen = request.state === 'open' && request.answerBy > now;
  const today = dayOf(now);
  return {
    request: presentHead(reader, request),
    supplierTabs: request.invitations.map((one) => ({
      label: nameOf(locale, one.supplier),
      href: pathTo('supplierQuote', { id, supplier: one.supplierId }),
      current: one.supplierId === supplierId,
    })),
    declined: invitation?.declinedAt
      ? { at: invitation.declinedAt.toISOString(), reason: invitation.declineReason }
      : null,
    lines: request.lines.map((line) => {
      const kept = bound?.lines.find((one) => one.requestLineId === line.id);
      const same = goods.find((product) => product.id === line.productId) ?? goods[0];
      return {
        ...presentProduct(reader, line.product),
        id: line.id,
        quantity: line.quantity,
        note: line.note,
        isTaken: line.awardedLineId !== null,
        goods: goods.map((product) => {
          const { name, spec, unit } = presentProduct(reader, product);
          const price = `¥${formatYuan(product.priceFen)}`;
          return { value: String(product.id), label: t('quotes:offer.good', { name, spec, price, unit }) };
        }),
        chosen: String(kept?.productId ?? same?.id ?? ''),
        offered: kept?.quantity ?? line.quantity,
        price: kept ? formatYuan(kept.pricePerKgFen ?? kept.unitPriceFen).replaceAll(',', '') : '',
        per: kept?.pricePerKgFen ? 'kg' : 'unit',
        pers: ['unit', 'kg'].map((value) => ({ value, label: t(`quotes:offer.per.${value}`) })),
      };
    }),
    sellsNothing: goods.length === 0,
    offers: own.map((offer) => ({
      at: offer.at.toISOString(),
      deliverOn: dayFromColumn(offer.deliverOn),
      validOn: lastDay(offer.validUntil),
      freightFen: offer.freightFen,
      wholeOnly: offer.wholeOnly,
      note: offer.note,
      totalFen: offer.lines.reduce((sum, line) => sum + line.unitPriceFen * line.quantity, offer.freightFen),
      ...presentOfferState(reader, offer.state === 'open' && !binds(offer, now) ? 'expired' : offer.state),
      lines: offer.lines.map((line) => ({
        ...presentProduct(reader, line.product),
        quantity: line.quantity,
        unitPriceFen: line.unitPriceFen,
        isAwarded: line.orderId !== null,
      })),
    })),
    isBound: bound !== undefined,
    defaults: {
      freight: bound ? formatYuan(bound.freightFen).replaceAll(',', '') : '0',
      deliverOn: bound ? dayFromColumn(bound.deliverOn) : request.neededOn ? dayFromColumn(request.neededOn) : '',
      validOn: bound ? lastDay(bound.validUntil) : addDays(today, VALID_DAYS),
      wholeOnly: bound?.wholeOnly ?? false,
      note: bound?.note ?? '',
    },
    offerAction: isOpen ? pathTo('quoteOffer', { id, supplier: supplierId }) : null,
    declineAction:
      isOpen && !bound && !invitation?.declinedAt ? pathTo('quoteDeclination', { id, supplier: supplierId }) : null,
  };
}
