import { type Actor, unitsBoughtFor } from '../accounts/actor.ts';
import type { FulfilmentState, OrderState } from '../db/generated/enums.ts';
import { pathTo } from '../paths.ts';
import type { OrderCount } from '../quotas/tally/order-counts.ts';
import { instantText } from '../web/handlebars.ts';
import { mayAmend } from './amendable.ts';
import { presentChanges } from './amendment-presenter.ts';
import { whyNotDecide } from './approval/approval-policy.ts';
import { presentBudget, presentLevels, presentTask, presentWhere } from './approval/approval-presenter.ts';
import type { DecisionBudget } from './approval/budget-queries.ts';
import type { DecisionTask } from './approval/decision-tasks.ts';
import type { OrderApprovals } from './approval/order-approvals.ts';
import { presentDelivery, presentMoving } from './delivery/delivery-text.ts';
import type { MovedDelivery } from './delivery/move-window.ts';
import type { MoneyBack } from './money-back.ts';
import { comingDay, inReaderLanguage, type Reader, reasonText, receiverOf } from './order-labels.ts';
import { approvesAnyLevel, isApproverOf, mayBuyerSee } from './order-policy.ts';
import { type ListedOrder, orderNumber, type WholeOrder } from './order-queries.ts';
import { mayHappen, mayHappenTo } from './order-states.ts';
import { presentSteps } from './order-steps.ts';
import { presentAfterSales, presentParcel } from './parcel-presenter.ts';
import type { WholeRefund } from './refund-queries.ts';
import { nextStepOf, type Seen } from './track-parcel.ts';

const TONES: Record<OrderState | FulfilmentState, string> = {
  awaiting_approval: 'wait',
  awaiting_payment: 'wait',
  awaiting_pool: 'wait',
  placed: 'active',
  completed: 'done',
  rejected: 'bad',
  cancelled: 'off',
  expired: 'off',
  waiting: 'wait',
  to_confirm: 'wait',
  confirmed: 'active',
  partly_shipped: 'active',
  shipped: 'active',
  received: 'done',
};

export function presentState({ t }: Reader, kind: 'order' | 'fulfilment', state: OrderState | FulfilmentState) {
  return { stateTone: TONES[state], stateLabel: t(`orders:${kind}State.${state}`) };
}

/** States after which an order is more likely bought again than looked at. */
const REPEATED: readonly OrderState[] = ['completed', 'expired', 'cancelled'];

const isIndividual = ({ fundingSource }: { fundingSource: string }) => fundingSource === 'individual';

/** A row of `views/orders/list.hbs` and of the approvals; a placed order says how far its parcels are. */
export function presentListed(reader: Reader, order: ListedOrder) {
  const { t, locale } = reader;
  const names = order.lines.map((line) => inReaderLanguage(reader, line.name, line.nameEn));
  const more = order._count.lines > names.length;
  const arriving =
    order.state === 'placed'
      ? order.fulfilments.find((part) => part.state === 'shipped' || part.state === 'partly_shipped')
      : undefined;
  return {
    number: orderNumber(order),
    href: pathTo('order', { id: order.id }),
    placedAt: order.submittedAt.toISOString(),
    ...presentState(reader, arriving ? 'fulfilment' : 'order', arriving?.state ?? order.state),
    unitName: order.unit ? inReaderLanguage(reader, order.unit.name, order.unit.nameEn) : undefined,
    fundingLabel: t(`common:funding.${order.fundingSource}`),
    pictures: order.lines.map((line) => ({ category: line.illustration })),
    itemCount: order._count.lines,
    summary: `${[...new Set(names)].join(locale === 'en' ? ', ' : '、')}${more ? '…' : ''}`,
    payableFen: order.totalFen,
    allowanceFen: order.allowanceFen,
    nextStep: nextStepOf(reader, order),
    repeatAction: REPEATED.includes(order.state) ? pathTo('orderRepeat', { id: order.id }) : undefined,
    actions: [
      ...(arriving
        ? [
            {
              label: t(`orders:received.${receiverOf(order)}.open`),
              href: pathTo('fulfilmentReceipt', { id: arriving.id }),
              primary: true,
            },
          ]
        : []),
      {
        label: t(order.state === 'awaiting_payment' ? 'orders:show.pay' : 'orders:list.open'),
        href: pathTo('order', { id: order.id }),
        primary: order.state === 'awaiting_payment',
      },
    ],
  };
}

export interface OrderPage extends Seen {
  order: WholeOrder;
  /** who decided it and where it waits; of an individual's: none */
  approvals?: OrderApprovals;
  /** for whoever decides: the unit's budget of the year, and its tasks that the purchase would count for */
  budget?: DecisionBudget | null;
  tasks?: readonly DecisionTask[];
  /** when it would come instead of on the chosen day, were it placed now */
  moved?: MovedDelivery;
  counts: readonly OrderCount[];
  moneyBack: readonly MoneyBack[];
  refunds: readonly WholeRefund[];
}

/** The data of `views/orders/show.hbs`. */
export function presentOrder(reader: Reader, actor: Actor, page: OrderPage) {
  const { order, counts, moneyBack, refunds, approvals, budget, tasks = [], moved } = page;
  const { t } = reader;
  const why = order.state === 'awaiting_approval' && approvals ? whyNotDecide(actor, approvals) : undefined;
  return {
    title: `${t('orders:show.title')} ${orderNumber(order)}`,
    breadcrumbs: [{ label: t('orders:list.title'), href: pathTo('orders') }, { label: orderNumber(order) }],
    order: {
      number: orderNumber(order),
      placedAt: order.submittedAt.toISOString(),
      ...presentState(reader, 'order', order.state),
      unitName: order.unit ? inReaderLanguage(reader, order.unit.name, order.unit.nameEn) : undefined,
      buyerName: order.buyer.id === actor.id ? undefined : order.buyer.name,
      fundingLabel: t(`common:funding.${order.fundingSource}`),
      zone: order.zone && {
        name: inReaderLanguage(reader, order.zone.name, order.zone.nameEn),
        href: pathTo('zone', { code: order.zone.code }),
      },
      paymentLabel: t(`orders:paymentWay.${order.paymentWay}`),
      note: order.note,
      waits: waitsFor(reader, order),
      reason: reasonText(reader, order.cancellation?.reason || order.decisions.at(-1)?.reason || ''),
      comesOn: comingDay(order),
      ranOut: order.state === 'expired' ? t('orders:show.ranOut') : undefined,
      poolHref: order.pool ? pathTo('pool', { code: order.pool.code }) : undefined,
      waitsForPool: order.state === 'awaiting_pool',
      address: { recipient: order.recipient, phone: order.phone, text: `${order.region} ${order.address}` },
      delivery: presentDelivery(reader, order),
      moving: presentMoving(reader, moved, order.state)?.text,
    },
    recalls: order.lines.flatMap((line) =>
      line.recallLines
        .filter(({ sentQuantity }) => sentQuantity > 0)
        .map(({ recallId, sentQuantity, returnedQuantity, recall }) => ({
          href: pathTo('recall', { id: recallId }),
          name: inReaderLanguage(reader, line.name, line.nameEn),
          code: recall.batch.traceCode,
          left: sentQuantity - returnedQuantity,
          unit: inReaderLanguage(reader, line.saleUnit, line.saleUnitEn),
          isReturned: returnedQuantity >= sentQuantity,
        })),
    ),
    invoiceHref: order.placedAt ? pathTo('orderInvoice', { id: order.id }) : undefined,
    steps: presentSteps(reader, order, approvals?.levels),
    levels: approvals && presentLevels(reader, approvals),
    level: approvals?.waitsAt?.level,
    totals: presentTotals(reader, order, refunds),
    moneyBack: moneyBack.map(({ amountFen, state, succeededAt }) => ({
      amountFen,
      at: succeededAt,
      sent: state === 'succeeded',
      cameBack: state === 'failed',
      paidOtherwise: state === 'paid_otherwise',
    })),
    counts: counts.map((count) => ({
      programmeName: inReaderLanguage(reader, count.programmeName, count.programmeNameEn),
      placedFen: count.placedFen,
      placedGrams: count.placedGrams,
      countedFen: count.countedFen,
      countedGrams: count.countedGrams,
      rule: t(`orders:rule.${ruleOf(order, count)}`),
      href: progressPath(actor, order, count),
    })),
    countsNothing:
      order.placedAt && counts.length === 0
        ? t(`orders:show.countsNothing.${order.unit ? 'goods' : 'unit'}`)
        : undefined,
    fulfilments: order.fulfilments.map((part) => ({
      ...presentState(reader, 'fulfilment', part.state),
      ...(part.state === 'received' ? { stateLabel: t(`orders:received.${receiverOf(order)}.state`) } : {}),
      ...presentParcel(reader, actor, order, part, page),
      ...presentAfterSales(reader, actor, order, part, refunds),
    })),
    actions: presentActions(actor, order, why === null),
    budget: budget && presentBudget(budget, order.totalFen),
    tasks: tasks.map((task) => presentTask(reader, task)),
    changes: presentChanges(reader, order),
    amendedHref: order.amendedBy ? pathTo('order', { id: order.amendedBy.id }) : undefined,
    whyNot:
      why && approvesAnyLevel(actor, order) ? t(`orders:whyNot.${why}`, presentWhere(reader, approvals)) : undefined,
  };
}

/** The unit's progress in a programme, for whoever belongs to the unit; an outsider would find nothing there. */
function progressPath(actor: Actor, { unit }: WholeOrder, { programmeCode }: OrderCount): string | undefined {
  if (!unit || !actor.grants.some(({ unitId }) => unitId === unit.id)) return undefined;
  return pathTo('boardUnit', { programmeCode, unitCode: unit.code });
}

/** Until when it is held and for what. */
function waitsFor({ t }: Reader, { state, heldUntil }: WholeOrder): string | undefined {
  if (!mayHappen(state, 'expire') || !heldUntil) return undefined;
  return t(`orders:show.waits.${state}`, { until: instantText(heldUntil) });
}

/** What is owed now: what was ordered less what did not arrive well, nothing once it ended (rules 4, 28). */
function presentTotals({ t }: Reader, order: WholeOrder, refunds: readonly WholeRefund[]) {
  const granted = refunds.filter((refund) => refund.state === 'approved' || refund.state === 'paid');
  const refundedFen = granted.reduce((sum, refund) => sum + refund.goodsFen + refund.freightFen, 0);
  const receiptLines = order.fulfilments.flatMap((part) => part.receipts).flatMap((receipt) => receipt.lines);
  const missingFen = receiptLines.reduce((sum, line) => sum + line.missingFen, 0);
  const ended = ['cancelled', 'rejected', 'expired'].includes(order.state);
  const takenBackFen = ended ? order.totalFen : missingFen + refundedFen;
  const paid = order.paymentWay === 'stripe' && order.placedAt !== null;
  const whenEnded = paid ? 'givenBack' : 'ended';
  return {
    goodsFen: order.goodsFen,
    discountFen: order.discountFen,
    pointsFen: order.pointsFen,
    freightFen: order.freightFen,
    takenBackFen,
    takenBackLabel: t(
      `orders:show.${ended ? whenEnded : missingFen === 0 ? 'refunded' : refundedFen === 0 ? 'missing' : 'missingAndRefunded'}`,
    ),
    payableFen: order.totalFen - takenBackFen,
    payableLabel: t(paid ? 'orders:show.paid' : 'orders:show.payable'),
    ...presentTenders(order, order.totalFen - takenBackFen),
  };
}

/** What of it allowance and money pay, and what points it earned; `keptFen`: of what was ordered. */
function presentTenders({ allowanceFen, allowanceUses, pointEntries }: WholeOrder, keptFen: number) {
  const heldFen = 0 - allowanceUses.reduce((sum, { fen }) => sum + fen, 0);
  const earned = pointEntries.reduce((sum, { kind, points }) => (kind === 'earned' ? sum + points : sum), 0);
  return { byAllowance: allowanceFen > 0 ? { fen: heldFen, moneyFen: keptFen - heldFen } : null, earned };
}

function ruleOf(order: WholeOrder, count: OrderCount): string {
  if (order.fundingSource === 'individual') return `individual_${count.countIndividualBy}`;
  return order.paymentWay === 'stripe' ? `prepaid_${count.countPrepaidBy}` : `on_account_${count.countOnAccountBy}`;
}

function presentActions(actor: Actor, order: WholeOrder, decides: boolean) {
  const { id } = order;
  const mine = mayBuyerSee(actor, order);
  const begun = order.fulfilments.some((part) => !mayHappenTo(part.state, 'cancel'));
  return {
    payAction: mine && order.state === 'awaiting_payment' ? pathTo('orderPayment', { id }) : undefined,
    cancelAction:
      mine && mayHappen(order.state, 'cancel') && !begun && mayLeave(order)
        ? pathTo('orderCancellation', { id })
        : undefined,
    approveAction: decides ? pathTo('orderApproval', { id }) : undefined,
    rejectAction: decides ? pathTo('orderRejection', { id }) : undefined,
    returnAction: decides && !order.harvest && !order.pool ? pathTo('orderReturning', { id }) : undefined,
    amendHref: mayAmend(actor, order) ? pathTo('orderAmendment', { id }) : undefined,
    repeatAction: mine ? pathTo('orderRepeat', { id }) : undefined,
    listAction: mayKeepAsList(actor, order) ? pathTo('orderList', { id }) : undefined,
    bundleHref:
      !isIndividual(order) && order.placedAt && (mayBuyerSee(actor, order) || isApproverOf(actor, order))
        ? pathTo('orderBundle', { id })
        : undefined,
    moveHref: mayAskToMove(actor, order) ? pathTo('newReAttribution', { order: id }) : undefined,
  };
}

/** Who helps to fill a case may leave until it is full. */
function mayLeave({ pool }: WholeOrder): boolean {
  return pool === null || pool.state === 'open' || pool.state === 'failed';
}

function mayKeepAsList(actor: Actor, order: WholeOrder): boolean {
  return order.unitId !== null && order.fundingSource !== 'individual' && unitsBoughtFor(actor).includes(order.unitId);
}

/** Somebody of the unit, or the buyer of an own purchase, may say that it counts for the wrong unit (rule 6). */
function mayAskToMove(actor: Actor, order: WholeOrder): boolean {
  const stands = order.unitId !== null && (order.state === 'placed' || order.state === 'completed');
  if (order.fundingSource === 'individual') return stands && order.buyerId === actor.id;
  return stands && (mayBuyerSee(actor, order) || isApproverOf(actor, order));
}
