import { type Actor, suppliersServedBy, unitsApprovedFor, unitsBoughtFor } from '../../accounts/actor.ts';
import type { Reader } from '../../cart/cart-presenter.ts';
import { inLanguage, nameOf } from '../../catalog/catalog-reader.ts';
import type { AgreementState, IntentionState } from '../../db/generated/enums.ts';
import { presentState } from '../../orders/order-presenter.ts';
import { pathTo } from '../../paths.ts';
import { type Day, dayFromColumn } from '../../shared/days.ts';
import { formatYuan } from '../../shared/money.ts';
import type { callOffsOf, GoodToAgree, ListedIntention, ShownEvent, WholeAgreement } from './matching-queries.ts';
import { lastDayFor } from './matching-queries.ts';
import { unitsIntendedFor } from './state-intention.ts';

type Phase = 'coming' | 'intending' | 'over' | 'cancelled';
const EVENT_TONES: Record<Phase, string> = { coming: 'active', intending: 'active', over: 'done', cancelled: 'off' };
const INTENTION_TONES: Record<IntentionState, string> = {
  ...{ open: 'wait', agreed: 'good', declined: 'bad', withdrawn: 'off' },
};
type AgreementPhase = AgreementState | 'in_force' | 'expired' | 'not_begun';
const AGREEMENT_TONES: Record<AgreementPhase, string> = {
  ...{ proposed: 'wait', signed: 'good', in_force: 'active', not_begun: 'good', expired: 'done' },
  ...{ declined: 'bad', withdrawn: 'off', ended: 'off' },
};

/** An event as everybody sees it; `takesIntentions` until its last day is over. */
export function presentEvent(reader: Reader, event: ShownEvent, today: Day) {
  const { t, locale } = reader;
  const heldOn = dayFromColumn(event.heldOn);
  const last = lastDayFor(event);
  const phase: Phase =
    event.state === 'cancelled' ? 'cancelled' : last < today ? 'over' : heldOn > today ? 'coming' : 'intending';
  return {
    id: event.id,
    href: pathTo('matchingEvent', { id: event.id }),
    ...{ name: event.name, venue: event.venue, summary: event.summary, reason: event.reason, heldOn, last },
    place: event.place ? nameOf(locale, event.place) : undefined,
    host: event.group ? nameOf(locale, event.group) : undefined,
    takesIntentions: phase === 'coming' || phase === 'intending',
    canChange: event.state === 'announced' && heldOn >= today,
    stateTone: EVENT_TONES[phase],
    stateLabel: t(`matching:phase.${phase}`),
  };
}

export function presentIntention(reader: Reader, actor: Actor, intention: ListedIntention) {
  const { t, locale } = reader;
  const isSupplier = suppliersServedBy(actor).includes(intention.supplierId);
  const proposed = intention.agreements[0];
  return {
    id: intention.id,
    href: pathTo('intention', { id: intention.id }),
    eventName: intention.event.name,
    eventHref: pathTo('matchingEvent', { id: intention.event.id }),
    unitName: nameOf(locale, intention.unit),
    supplierName: nameOf(locale, intention.supplier),
    goods: intention.goods,
    amountFen: Number(intention.amountFen),
    reason: intention.reason,
    isSupplier,
    isUnit: unitsIntendedFor(actor).includes(intention.unitId),
    proposedHref: proposed ? pathTo('agreement', { id: proposed.id }) : undefined,
    isOpen: intention.state === 'open',
    stateTone: proposed ? 'active' : INTENTION_TONES[intention.state],
    stateLabel: t(`matching:intention.${proposed && intention.state === 'open' ? 'proposed' : intention.state}`),
  };
}

/** An agreement in a list, and the head of its own page. */
export function presentAgreement(reader: Reader, actor: Actor, agreement: WholeAgreement, today: Day) {
  const { t, locale } = reader;
  const [startsOn, endsOn] = [dayFromColumn(agreement.startsOn), dayFromColumn(agreement.endsOn)];
  const phase: AgreementPhase =
    agreement.state !== 'signed'
      ? agreement.state
      : endsOn < today
        ? 'expired'
        : startsOn > today
          ? 'not_begun'
          : 'in_force';
  const isSupplier = suppliersServedBy(actor).includes(agreement.supplierId);
  const mayDecide = unitsApprovedFor(actor).includes(agreement.unitId);
  return {
    id: agreement.id,
    href: pathTo('agreement', { id: agreement.id }),
    ...{ number: agreement.number, terms: agreement.terms, reason: agreement.reason, startsOn, endsOn },
    unitName: nameOf(locale, agreement.unit),
    supplierName: nameOf(locale, agreement.supplier),
    supplierHref: pathTo('supplier', { id: agreement.supplierId }),
    goods: agreement.intention?.goods,
    eventName: agreement.intention?.event.name,
    eventHref: agreement.intention ? pathTo('matchingEvent', { id: agreement.intention.event.id }) : undefined,
    amountFen: Number(agreement.amountFen),
    isUnit: unitsIntendedFor(actor).includes(agreement.unitId),
    maySign: mayDecide && phase === 'proposed' && endsOn >= today,
    mayDecline: mayDecide && phase === 'proposed',
    mayWithdraw: isSupplier && phase === 'proposed',
    mayEnd: (isSupplier || mayDecide) && (phase === 'in_force' || phase === 'not_begun'),
    mayCallOff: unitsBoughtFor(actor).includes(agreement.unitId) && phase === 'in_force',
    stateTone: AGREEMENT_TONES[phase],
    stateLabel: t(`matching:agreement.${phase}`),
  };
}

/** The goods that can be called off: those with an agreed price first. */
export function presentAgreedGoods({ locale }: Reader, agreement: WholeAgreement, goods: readonly GoodToAgree[]) {
  return goods
    .map((good) => {
      const agreed = agreement.prices.find(({ productId }) => productId === good.id)?.unitPriceFen;
      return {
        ...presentGood(locale, good),
        isOnSale: good.state === 'on_sale',
        priceFen: agreed ?? good.priceFen,
        isAgreed: agreed !== undefined,
        listPriceFen: agreed !== undefined && agreed !== good.priceFen ? good.priceFen : undefined,
        field: `quantity.${good.id}`,
      };
    })
    .sort((a, b) => Number(b.isAgreed) - Number(a.isAgreed) || a.id - b.id);
}

/** The goods that a supplier can name a price for, with what it costs today. */
export function presentOwnGoods({ locale }: Reader, goods: readonly GoodToAgree[]) {
  return goods.map((good) => ({
    ...presentGood(locale, good),
    field: `price.${good.id}`,
    priceFen: good.priceFen,
    placeholder: formatYuan(good.priceFen),
  }));
}

function presentGood(locale: Reader['locale'], good: GoodToAgree) {
  return {
    id: good.id,
    name: nameOf(locale, good.family),
    spec: inLanguage(locale, good.spec, good.specEn),
    unit: inLanguage(locale, good.saleUnit, good.saleUnitEn),
    href: pathTo('product', { id: good.id }),
  };
}

export function presentCallOffs(reader: Reader, orders: Awaited<ReturnType<typeof callOffsOf>>) {
  const sum = (
    of: (line: (typeof orders)[number]['lines'][number]) => number,
    lines: (typeof orders)[number]['lines'],
  ) => lines.reduce((total, line) => total + of(line), 0);
  return orders.map(({ id, state, submittedAt, lines }) => ({
    number: id,
    href: pathTo('order', { id }),
    at: submittedAt.toISOString(),
    goodsFen: sum((line) => line.payableFen - line.refundedFen, lines),
    acceptedFen: sum((line) => line.acceptedFen, lines),
    ...presentState(reader, 'order', state),
  }));
}
