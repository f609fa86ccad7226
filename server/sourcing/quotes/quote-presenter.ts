import type { Reader } from '../../cart/cart-presenter.ts';
import { inLanguage, nameOf } from '../../catalog/catalog-reader.ts';
import type { QuoteOfferState, QuoteRequestState } from '../../db/generated/enums.ts';
import { pathTo } from '../../paths.ts';
import { addDays, dayFromColumn, dayOf } from '../../shared/days.ts';
import { perKg } from './per-kg.ts';
import type { ListedRequest, WholeRequest } from './quote-queries.ts';

const REQUEST_TONES: Record<QuoteRequestState, string> = { open: 'wait', closed: 'done', withdrawn: 'off' };
const OFFER_TONES: Record<QuoteOfferState, string> = {
  ...{ open: 'active', accepted: 'good', expired: 'off', replaced: 'off', lapsed: 'off' },
};

type AnyProduct = WholeRequest['lines'][number]['product'];

export function presentProduct({ locale }: Reader, product: AnyProduct) {
  return {
    id: product.id,
    name: nameOf(locale, product.family),
    spec: inLanguage(locale, product.spec, product.specEn),
    unit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
    href: pathTo('product', { id: product.id }),
  };
}

/** The last day of a term that ends with the instant at which the next one begins. */
export function lastDay(end: Date): string {
  return addDays(dayOf(end), -1);
}

/** A row of `views/sourcing/quotes.hbs`; `path`: where it leads, a buyer's page or a supplier's. */
export function presentListed(reader: Reader, request: ListedRequest, path: 'quoteRequest' | 'supplierQuote') {
  const { t, locale } = reader;
  const names = request.lines.map(({ product, quantity }) => {
    const { name, unit } = presentProduct(reader, product);
    return `${name} × ${quantity} ${unit}`;
  });
  const more = request._count.lines > names.length ? '…' : '';
  return {
    number: request.id,
    href: pathTo(path, { id: request.id }),
    unitName: nameOf(locale, request.unit),
    goods: `${names.join(locale === 'en' ? ', ' : '、')}${more}`,
    neededOn: request.neededOn ? dayFromColumn(request.neededOn) : undefined,
    answerOn: lastDay(request.answerBy),
    ...presentRequestState(reader, request.state),
    offers: new Set(request.offers.map((offer) => offer.supplierId)).size,
    asked: request.invitations.length,
    isAnswered: request.offers.length > 0,
    isDeclined: request.invitations.every((invitation) => invitation.declinedAt !== null),
    isAccepted: request.offers.some((offer) => offer.state === 'accepted'),
    note: t('quotes:list.number', { number: request.id }),
  };
}

export function presentRequestState({ t }: Reader, state: QuoteRequestState) {
  return { stateTone: REQUEST_TONES[state], stateLabel: t(`quotes:state.${state}`) };
}

export function presentOfferState({ t }: Reader, state: QuoteOfferState) {
  return { stateTone: OFFER_TONES[state], stateLabel: t(`quotes:offerState.${state}`) };
}

/** The head of a request as buyers and suppliers see it. */
export function presentHead(reader: Reader, request: WholeRequest) {
  return {
    number: request.id,
    unitName: nameOf(reader.locale, request.unit),
    neededOn: request.neededOn ? dayFromColumn(request.neededOn) : undefined,
    answerOn: lastDay(request.answerBy),
    note: request.note,
    at: request.at.toISOString(),
    ...presentRequestState(reader, request.state),
  };
}

type Offer = WholeRequest['offers'][number];

/** Whether an offer can still be accepted at an instant; the clock decides, also before the job has written it down. */
export function binds(offer: Offer, now: Date): boolean {
  return offer.state === 'open' && offer.validUntil > now;
}

/** The data of `views/sourcing/quote.hbs` about lines and offers, side by side. */
export function presentComparison(reader: Reader, request: WholeRequest, now: Date) {
  const { t, locale } = reader;
  const isOpen = request.state === 'open';
  return {
    lines: request.lines.map((line) => {
      const offered = request.offers
        .flatMap((offer) => offer.lines.map((one) => ({ offer, one })))
        .filter(({ one }) => one.requestLineId === line.id)
        .sort((a, b) => a.one.unitPriceFen * a.one.quantity - b.one.unitPriceFen * b.one.quantity);
      const binding = offered.filter(({ offer }) => binds(offer, now));
      const best = Math.min(...binding.map(({ one }) => perKg(one) ?? one.unitPriceFen));
      return {
        ...presentProduct(reader, line.product),
        id: line.id,
        field: `line.${line.id}`,
        quantity: line.quantity,
        note: line.note,
        isAwarded: line.awardedLineId !== null,
        canChoose: isOpen && line.awardedLineId === null && binding.length > 0,
        listPriceFen: line.product.priceFen,
        offers: offered.map(({ offer, one }) => {
          const { unit, ...product } = presentProduct(reader, one.product);
          return {
            id: one.id,
            supplierName: nameOf(locale, offer.supplier),
            product: one.productId === line.productId ? undefined : product,
            ...{ unit, quantity: one.quantity, unitPriceFen: one.unitPriceFen },
            perKgFen: perKg(one),
            amountFen: one.unitPriceFen * one.quantity,
            freightFen: offer.freightFen,
            deliverOn: dayFromColumn(offer.deliverOn),
            validOn: lastDay(offer.validUntil),
            wholeOnly: offer.wholeOnly,
            note: offer.note,
            isBest: binding.length > 1 && binds(offer, now) && (perKg(one) ?? one.unitPriceFen) === best,
            isBinding: isOpen && binds(offer, now) && line.awardedLineId === null,
            isAwarded: line.awardedLineId === one.id,
            orderHref: one.orderId ? pathTo('order', { id: one.orderId }) : undefined,
            ...presentOfferState(reader, offer.state === 'open' && !binds(offer, now) ? 'expired' : offer.state),
          };
        }),
      };
    }),
    suppliers: request.invitations.map((invitation) => {
      const offer = request.offers.findLast((one) => one.supplierId === invitation.supplierId);
      return {
        name: nameOf(locale, invitation.supplier),
        href: pathTo('supplier', { id: invitation.supplierId }),
        answer: offer ? undefined : t(`quotes:answer.${invitation.declinedAt ? 'declined' : 'waiting'}`),
        reason: invitation.declineReason,
        ...(offer
          ? {
              goodsFen: offer.lines.reduce((sum, one) => sum + one.unitPriceFen * one.quantity, 0),
              freightFen: offer.freightFen,
              totalFen: offer.lines.reduce((sum, one) => sum + one.unitPriceFen * one.quantity, offer.freightFen),
              lineCount: offer.lines.length,
              deliverOn: dayFromColumn(offer.deliverOn),
              validOn: lastDay(offer.validUntil),
              ...presentOfferState(reader, offer.state === 'open' && !binds(offer, now) ? 'expired' : offer.state),
            }
          : {}),
      };
    }),
    lineCount: request.lines.length,
  };
}
