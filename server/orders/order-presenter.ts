import type { Actor } from '../accounts/actor.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';
import type { FulfilmentState, OrderState } from '../db/generated/enums.ts';
import { pathTo } from '../paths.ts';
import type { OrderCount } from '../quotas/order-counts.ts';
import type { Locale, Translate } from '../web/i18n.ts';
import { isApproverOf, mayApprove, mayBuyerSee } from './order-policy.ts';
import { type ListedOrder, orderNumber, type WholeOrder } from './order-queries.ts';
import { mayHappen, mayHappenTo } from './order-states.ts';

export interface Reader {
  t: Translate;
  locale: Locale;
}

const tones: Record<OrderState | FulfilmentState, string> = {
  awaiting_approval: 'wait',
  awaiting_payment: 'wait',
  placed: 'active',
  completed: 'done',
  rejected: 'bad',
  cancelled: 'off',
  expired: 'off',
  waiting: 'wait',
  to_confirm: 'wait',
  confirmed: 'active',
  shipped: 'active',
  received: 'done',
};

export function presentState({ t }: Reader, kind: 'order' | 'fulfilment', state: OrderState | FulfilmentState) {
  return { stateTone: tones[state], stateLabel: t(`orders:${kind}State.${state}`) };
}

/** A row of `views/orders/list.hbs`. */
export function presentListed(reader: Reader, order: ListedOrder) {
  const { t, locale } = reader;
  const names = order.lines.map((line) => inLanguage(locale, line.name, line.nameEn));
  return {
    number: orderNumber(order),
    href: pathTo('order', { id: order.id }),
    placedAt: order.submittedAt.toISOString(),
    ...presentState(reader, 'order', order.state),
    unitName: order.unit ? inLanguage(locale, order.unit.name, order.unit.nameEn) : undefined,
    fundingLabel: t(`common:funding.${order.fundingSource}`),
    pictures: order.lines.map((line) => ({ category: line.illustration })),
    itemCount: order._count.lines,
    summary: names.join(locale === 'en' ? ', ' : '、'),
    payableFen: order.totalFen,
    actions: [
      {
        label: t(order.state === 'awaiting_payment' ? 'orders:show.pay' : 'orders:list.open'),
        href: pathTo('order', { id: order.id }),
        primary: order.state === 'awaiting_payment',
      },
    ],
  };
}

/** The data of `views/orders/show.hbs`. */
export function presentOrder(reader: Reader, actor: Actor, order: WholeOrder, counts: OrderCount[]) {
  const { t, locale } = reader;
  const acceptedFen = order.lines.reduce((sum, line) => sum + line.acceptedFen, 0);
  const receivedFen = order.lines
    .filter((line) => order.fulfilments.some((part) => part.id === line.fulfilmentId && part.state === 'received'))
    .reduce((sum, line) => sum + line.payableFen, 0);
  const takenBackFen = order.state === 'cancelled' && order.placedAt ? order.totalFen : receivedFen - acceptedFen;
  return {
    title: `${t('orders:show.title')} ${orderNumber(order)}`,
    breadcrumbs: [{ label: t('orders:list.title'), href: pathTo('orders') }, { label: orderNumber(order) }],
    order: {
      number: orderNumber(order),
      placedAt: order.submittedAt.toISOString(),
      ...presentState(reader, 'order', order.state),
      unitName: order.unit ? inLanguage(locale, order.unit.name, order.unit.nameEn) : undefined,
      buyerName: order.buyer.name,
      fundingLabel: t(`common:funding.${order.fundingSource}`),
      paymentLabel: t(`orders:paymentWay.${order.paymentWay}`),
      note: order.note,
      heldUntil: mayHappen(order.state, 'expire') ? order.heldUntil?.toISOString() : undefined,
      reason: order.cancellation?.reason || order.decisions.at(-1)?.reason,
      address: { recipient: order.recipient, phone: order.phone, text: `${order.region} ${order.address}` },
    },
    steps: presentSteps(reader, order),
    totals: {
      goodsFen: order.goodsFen,
      discountFen: order.discountFen,
      freightFen: order.freightFen,
      refundedFen: takenBackFen,
      payableFen: order.totalFen - takenBackFen,
    },
    counts: counts.map((count) => ({
      programmeName: inLanguage(locale, count.programmeName, count.programmeNameEn),
      placedFen: count.placedFen,
      placedGrams: count.placedGrams,
      countedFen: count.countedFen,
      countedGrams: count.countedGrams,
      rule: t(`orders:rule.${ruleOf(order, count)}`),
    })),
    fulfilments: order.fulfilments.map((part) => presentParcel(reader, actor, order, part)),
    actions: presentActions(actor, order),
    ownPurchase: order.state === 'awaiting_approval' && isApproverOf(actor, order) && !mayApprove(actor, order),
  };
}

function ruleOf(order: WholeOrder, count: OrderCount): string {
  if (order.fundingSource === 'individual') return `individual_${count.countIndividualBy}`;
  return order.paymentWay === 'stripe' ? `prepaid_${count.countPrepaidBy}` : `on_account_${count.countOnAccountBy}`;
}

function presentParcel(reader: Reader, actor: Actor, order: WholeOrder, part: WholeOrder['fulfilments'][number]) {
  const { t, locale } = reader;
  const shipment = part.shipments.at(-1);
  const received = new Map(part.receipts.flatMap((receipt) => receipt.lines.map((line) => [line.lineId, line])));
  return {
    number: part.id,
    supplierName: inLanguage(locale, part.supplier.name, part.supplier.nameEn),
    supplierHref: pathTo('supplier', { id: part.supplier.id }),
    ...presentState(reader, 'fulfilment', part.state),
    carrier: shipment?.carrier,
    trackingNumber: shipment?.trackingNumber,
    temperature: shipment?.temperatureDeci == null ? undefined : shipment.temperatureDeci / 10,
    receiveHref:
      part.state === 'shipped' && mayBuyerSee(actor, order) ? pathTo('fulfilmentReceipt', { id: part.id }) : undefined,
    lines: order.lines
      .filter((line) => line.fulfilmentId === part.id)
      .map((line) => {
        const receipt = received.get(line.id);
        const traceCode = line.allocations[0]?.batch.traceCode;
        const whole = !receipt || receipt.acceptedQuantity === line.quantity;
        return {
          name: inLanguage(locale, line.name, line.nameEn),
          href: pathTo('product', { id: line.productId }),
          category: line.illustration,
          spec: inLanguage(locale, line.spec, line.specEn),
          saleUnit: inLanguage(locale, line.saleUnit, line.saleUnitEn),
          quantity: line.quantity,
          priceFen: line.unitPriceFen,
          totalFen: line.payableFen,
          acceptedNote: whole
            ? undefined
            : t('orders:show.acceptedNote', {
                accepted: receipt.acceptedQuantity,
                short: receipt.shortQuantity,
                damaged: receipt.damagedQuantity,
              }),
          batchCode: traceCode,
          traceHref: traceCode ? pathTo('trace', { code: traceCode }) : undefined,
        };
      }),
  };
}

function presentActions(actor: Actor, order: WholeOrder) {
  const { id } = order;
  const mine = mayBuyerSee(actor, order);
  const begun = order.fulfilments.some((part) => !mayHappenTo(part.state, 'cancel'));
  const decides = order.state === 'awaiting_approval' && mayApprove(actor, order);
  return {
    payAction: mine && order.state === 'awaiting_payment' ? pathTo('orderPayment', { id }) : undefined,
    cancelAction: mine && mayHappen(order.state, 'cancel') && !begun ? pathTo('orderCancellation', { id }) : undefined,
    approveAction: decides ? pathTo('orderApproval', { id }) : undefined,
    rejectAction: decides ? pathTo('orderRejection', { id }) : undefined,
    repeatAction: mine ? pathTo('orderRepeat', { id }) : undefined,
  };
}

function presentSteps({ t }: Reader, order: WholeOrder) {
  const { fulfilments } = order;
  const shippedAt = fulfilments.map((part) => part.shippedAt).filter((at) => at !== null);
  const receivedAt = fulfilments.map((part) => part.receivedAt).filter((at) => at !== null);
  const ended = ['rejected', 'cancelled', 'expired'].includes(order.state);
  const steps = [
    { key: 'submitted', at: order.submittedAt },
    { key: order.paymentWay === 'stripe' ? 'paid' : 'approved', at: order.placedAt },
    { key: 'shipped', at: shippedAt.length === fulfilments.length ? shippedAt.at(-1) : undefined },
    { key: 'received', at: receivedAt.length === fulfilments.length ? receivedAt.at(-1) : undefined },
  ];
  const shown = ended ? steps.filter((step) => step.at) : steps;
  const current = shown.findIndex((step) => !step.at);
  const presented = shown.map((step, index) => ({
    label: t(`orders:step.${step.key}`),
    at: step.at?.toISOString(),
    state: step.at ? 'done' : index === current ? 'current' : 'todo',
  }));
  return ended
    ? [
        ...presented,
        { label: t(`orders:orderState.${order.state}`), at: order.closedAt?.toISOString(), state: 'stopped' },
      ]
    : presented;
}
