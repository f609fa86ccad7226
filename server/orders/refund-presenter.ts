import type { Actor } from '../accounts/actor.ts';
import type { RefundState } from '../db/generated/enums.ts';
import { pathTo } from '../paths.ts';
import type { FormView } from '../web/form-view.ts';
import type { RefundedPart } from './line-parts.ts';
import { type Part, standingPart } from './line-parts.ts';
import { inReaderLanguage, parcelNumber, type Reader, reasonText, receiverOf } from './order-labels.ts';
import { mayBuyerSee } from './order-policy.ts';
import { orderNumber, type WholeOrder } from './order-queries.ts';
import { quantityField, restockedField } from './refund-form.ts';
import { tendersBack, type WholeRefund } from './refund-queries.ts';
import { mayHappenToRefund } from './refund-states.ts';

const TONES: Record<RefundState, string> = {
  requested: 'wait',
  approved: 'active',
  paid: 'done',
  refused: 'bad',
  withdrawn: 'off',
};

function stateOf({ t }: Reader, { state, order, goodsFen, freightFen }: WholeRefund) {
  const isCredit = order.paymentWay === 'on_account';
  // Of gifts alone no money is ever on its way.
  const isFree = goodsFen + freightFen === 0;
  const end = state === 'approved' && (isFree ? 'free' : isCredit ? 'credited' : undefined);
  return {
    stateTone: end ? 'done' : TONES[state],
    stateLabel: t(`aftersales:state.${end || state}`),
  };
}

function goodsOf(
  reader: Reader,
  { line, lineId, requestedQuantity, quantity, fen, grams, restocked }: WholeRefund['lines'][number],
) {
  return {
    lineId,
    name: inReaderLanguage(reader, line.name, line.nameEn),
    spec: inReaderLanguage(reader, line.spec, line.specEn),
    saleUnit: inReaderLanguage(reader, line.saleUnit, line.saleUnitEn),
    category: line.illustration,
    isGift: line.isGift,
    requestedQuantity,
    quantity,
    fen,
    grams,
    restocked,
  };
}

/** A refund as it stands in its parcel on the order's page. */
export function presentOwnRefund(reader: Reader, actor: Actor, refund: WholeRefund) {
  return {
    id: refund.id,
    ...stateOf(reader, refund),
    requestedAt: refund.requestedAt,
    decidedAt: refund.decidedAt,
    reason: reasonText(reader, refund.reason),
    decisionReason: refund.decisionReason,
    totalFen: refund.goodsFen + refund.freightFen,
    freightFen: refund.freightFen,
    ...tendersBack(refund),
    isDecided: refund.state === 'approved' || refund.state === 'paid',
    goods: refund.lines.map((line) => goodsOf(reader, line)),
    photos: photosOf(refund),
    withdrawAction:
      mayHappenToRefund(refund.state, 'withdraw') && mayBuyerSee(actor, refund.order)
        ? pathTo('refundWithdrawal', { id: refund.id })
        : undefined,
  };
}

function photosOf({ id, photos }: WholeRefund) {
  return photos.map(({ fileId, file }) => ({
    href: pathTo('refundPhoto', { id, fileId }),
    name: file.name,
    isImage: file.mime.startsWith('image/'),
  }));
}

/** The data of `views/orders/refund.hbs`: what of a parcel can be asked back. */
export function presentRefundForm(
  reader: Reader,
  order: WholeOrder,
  parcel: WholeOrder['fulfilments'][number],
  left: ReadonlyMap<number, number>,
  form: FormView,
) {
  const { t } = reader;
  const lines = order.lines.filter((line) => (left.get(line.id) ?? 0) > 0);
  return {
    title: t('aftersales:ask.title'),
    breadcrumbs: [
      { label: orderNumber(order), href: pathTo('order', { id: order.id }) },
      { label: t('aftersales:ask.title') },
    ],
    supplierName: inReaderLanguage(reader, parcel.supplier.name, parcel.supplier.nameEn),
    intro: t(
      `aftersales:ask.intro.${receiverOf(order)}.${parcel.state === 'received' ? 'received' : parcel.shippedAt ? 'shipped' : 'waiting'}`,
    ),
    gifts: order.lines.some((line) => line.isGift && line.fulfilmentId === parcel.id)
      ? t(`aftersales:ask.gift.${parcel.shippedAt ? 'kept' : 'waiting'}`)
      : undefined,
    action: pathTo('fulfilmentRefund', { id: parcel.id }),
    back: pathTo('order', { id: order.id }),
    form: {
      ...form,
      labels: Object.fromEntries(
        lines.map((line) => [quantityField(line.id), inReaderLanguage(reader, line.name, line.nameEn)]),
      ),
    },
    lines: lines.map((line) => ({
      id: line.id,
      field: quantityField(line.id),
      name: inReaderLanguage(reader, line.name, line.nameEn),
      spec: inReaderLanguage(reader, line.spec, line.specEn),
      saleUnit: inReaderLanguage(reader, line.saleUnit, line.saleUnitEn),
      category: line.illustration,
      isGift: line.isGift,
      most: left.get(line.id),
    })),
  };
}

/** How many of each line can still be asked for: what stands less what is asked for already. */
export function leftToAsk(
  order: WholeOrder,
  parcel: WholeOrder['fulfilments'][number],
  refunds: readonly WholeRefund[],
): Map<number, number> {
  const granted: RefundedPart[] = refunds
    .filter((refund) => refund.state === 'approved' || refund.state === 'paid')
    .flatMap((refund) => refund.lines);
  const asked = refunds.filter((refund) => refund.state === 'requested').flatMap((refund) => refund.lines);
  return new Map(
    order.lines
      .filter((line) => line.fulfilmentId === parcel.id && parcel.state !== 'cancelled')
      .map((line) => {
        const pending = asked.filter((one) => one.lineId === line.id).reduce((sum, one) => sum + one.quantity, 0);
        const isReceived = parcel.receivedAt !== null;
        const standing = standingPart(line, granted, isReceived, droppedPart(parcel, line.id));
        return [line.id, Math.max(0, standing.quantity - pending)];
      }),
  );
}

/** What its supplier gave up of a line before anything was received. */
function droppedPart({ receipts }: WholeOrder['fulfilments'][number], lineId: number): Part {
  return receipts
    .flatMap((receipt) => receipt.lines)
    .filter((one) => one.lineId === lineId)
    .reduce(
      (sum, one) => ({
        quantity: sum.quantity + one.shortQuantity,
        fen: sum.fen + one.missingFen,
        grams: sum.grams + one.missingGrams,
      }),
      { quantity: 0, fen: 0, grams: 0 },
    );
}

export const REFUND_TABS = ['requested', 'granted', 'refused'] as const;

/** The data of `views/refunds/list.hbs`. */
export function presentRefundList(
  reader: Reader,
  tab: (typeof REFUND_TABS)[number],
  open: number,
  refunds: readonly WholeRefund[],
) {
  return {
    title: reader.t('aftersales:list.title'),
    tab,
    tabs: REFUND_TABS.map((name) => ({
      label: reader.t(`aftersales:list.tab.${name}`),
      href: pathTo('refunds', { state: name === 'requested' ? undefined : name }),
      current: name === tab,
      count: name === 'requested' && open > 0 ? open : undefined,
    })),
    refunds: refunds.map((refund) => ({
      id: refund.id,
      href: pathTo('refund', { id: refund.id }),
      number: parcelNumber({ id: refund.fulfilmentId }),
      supplierName: inReaderLanguage(reader, refund.fulfilment.supplier.name, refund.fulfilment.supplier.nameEn),
      buyerName: buyerOf(reader, refund),
      requestedAt: refund.requestedAt,
      reason: reasonText(reader, refund.reason),
      totalFen: refund.goodsFen + refund.freightFen,
      goods: refund.lines.map((line) => goodsOf(reader, line)),
      ...stateOf(reader, refund),
    })),
  };
}

/** A unit is named for its own purchases; of a person nothing (rule 31). */
function buyerOf(reader: Reader, { order }: WholeRefund): string {
  if (order.fundingSource === 'individual' || !order.unit) return reader.t('supplier:person');
  return inReaderLanguage(reader, order.unit.name, order.unit.nameEn);
}

/** The data of `views/refunds/show.hbs`. */
export function presentRefund(reader: Reader, refund: WholeRefund, freightLeftFen: number, form: FormView) {
  const { t } = reader;
  const isShipped = refund.fulfilment.shippedAt !== null;
  const goods = refund.lines.map((line) => goodsOf(reader, line));
  return {
    title: t('aftersales:show.title', { number: parcelNumber({ id: refund.fulfilmentId }) }),
    breadcrumbs: [
      { label: t('aftersales:list.title'), href: pathTo('refunds') },
      { label: parcelNumber({ id: refund.fulfilmentId }) },
    ],
    refund: {
      ...stateOf(reader, refund),
      supplierName: inReaderLanguage(reader, refund.fulfilment.supplier.name, refund.fulfilment.supplier.nameEn),
      buyerName: buyerOf(reader, refund),
      orderNumber: orderNumber(refund.order),
      paymentLabel: t(`orders:paymentWay.${refund.order.paymentWay}`),
      stage: t(
        `aftersales:stage.${refund.fulfilment.state === 'received' ? 'received' : isShipped ? 'shipped' : 'waiting'}`,
      ),
      requestedAt: refund.requestedAt,
      decidedAt: refund.decidedAt,
      reason: reasonText(reader, refund.reason),
      decisionReason: refund.decisionReason,
      goodsFen: refund.goodsFen,
      freightFen: refund.freightFen,
      totalFen: refund.goodsFen + refund.freightFen,
      ...tendersBack(refund),
      isDecided: refund.state === 'approved' || refund.state === 'paid',
    },
    goods: goods.map((line) => ({
      ...line,
      quantityField: quantityField(line.lineId),
      restockedField: isShipped ? restockedField(line.lineId) : undefined,
    })),
    photos: photosOf(refund),
    gifts: refund.fulfilment.lines.length > 0 ? t(`aftersales:show.gift.${isShipped ? 'kept' : 'waiting'}`) : undefined,
    freightLeftFen: freightLeftFen > 0 ? freightLeftFen : undefined,
    decideAction: mayHappenToRefund(refund.state, 'approve') ? pathTo('refundDecision', { id: refund.id }) : undefined,
    form: { ...form, labels: labelsOf(reader, goods) },
  };
}

function labelsOf({ t }: Reader, goods: readonly { lineId: number; name: string }[]): Record<string, string> {
  return Object.fromEntries([
    ...goods.flatMap(({ lineId, name }) => [
      [quantityField(lineId), name],
      [restockedField(lineId), t('aftersales:show.restockedOf', { name })],
    ]),
    ['freight', t('aftersales:show.freight')],
    ['reason', t('aftersales:show.reason')],
  ]);
}
