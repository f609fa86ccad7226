import type { FulfilmentState, OrderState } from '../db/generated/enums.ts';
import type { OrderLevel } from './approval/order-approvals.ts';
import { inReaderLanguage, type Reader } from './order-labels.ts';
import type { WholeOrder } from './order-queries.ts';

interface Step {
  key: string;
  at: Date | null;
  /** of several approvals, whose */
  unit?: OrderLevel;
  /** of the parcels, how many are so far */
  parcels?: number;
}

const ENDED: readonly OrderState[] = ['rejected', 'cancelled', 'expired'];
const CONFIRMED: readonly FulfilmentState[] = ['confirmed', 'partly_shipped', 'shipped', 'received'];
const SHIPPED: readonly FulfilmentState[] = ['shipped', 'received'];

/** The history of an order as `partials/timeline.hbs` draws it: what happened with its instant, what is next, or where it ended. */
export function presentSteps(reader: Reader, order: WholeOrder, levels: readonly OrderLevel[] = []) {
  const { t } = reader;
  const steps = stepsOf(order, levels);
  const count = order.fulfilments.length;
  const presented = steps.map((step) => ({
    label: step.unit
      ? t('orders:step.approvedBy', { unit: inReaderLanguage(reader, step.unit.unitName, step.unit.unitNameEn) })
      : t(`orders:step.${step.key}`),
    at: step.at?.toISOString(),
    detail: !step.at && step.parcels ? t('orders:step.someParcels', { done: step.parcels, count }) : undefined,
    state: step.at ? 'done' : 'todo',
  }));
  if (ENDED.includes(order.state)) {
    const stopped = {
      label: t(`orders:orderState.${order.state}`),
      at: order.closedAt?.toISOString(),
      state: 'stopped',
    };
    return [...presented.filter((step) => step.at), stopped];
  }
  const current = presented.findIndex((step) => !step.at);
  return presented.map((step, index) => (index === current ? { ...step, state: 'current' } : step));
}

function stepsOf(order: WholeOrder, levels: readonly OrderLevel[]): Step[] {
  const approval = order.decisions.find((decision) => decision.decision === 'approved');
  const rejection = order.decisions.find((decision) => decision.decision !== 'approved');
  const asksApproval = order.state === 'awaiting_approval' || approval || rejection;
  const paidAt = order.payments.find((payment) => payment.state === 'succeeded')?.succeededAt ?? null;
  return [
    { key: 'submitted', at: order.submittedAt },
    ...(asksApproval ? approvalSteps(levels, approval?.at ?? null) : []),
    ...(order.paymentWay === 'stripe' ? [{ key: 'paid', at: paidAt ?? order.placedAt }] : []),
    parcelStep(order, 'confirmed', CONFIRMED, (part) => part.confirmedAt ?? part.shippedAt),
    parcelStep(order, 'shipped', SHIPPED, (part) => part.shippedAt),
    parcelStep(
      order,
      order.fundingSource === 'individual' ? 'receivedByPerson' : 'received',
      ['received'],
      (part) => part.receivedAt,
    ),
  ];
}

/** One step, or with several levels one for each. */
function approvalSteps(levels: readonly OrderLevel[], approvedAt: Date | null): Step[] {
  if (levels.length < 2) return [{ key: 'approved', at: approvedAt }];
  return levels.map((unit) => ({ key: 'approvedBy', at: unit.approvedAt, unit }));
}

type Part = WholeOrder['fulfilments'][number];

/** Done when the last of the parcels is. */
function parcelStep(
  { fulfilments }: WholeOrder,
  key: string,
  states: readonly FulfilmentState[],
  atOf: (part: Part) => Date | null,
): Step {
  const reached = fulfilments.filter((part) => states.includes(part.state));
  const times = reached.flatMap((part) => atOf(part) ?? []).sort((a, b) => a.getTime() - b.getTime());
  const whole = reached.length === fulfilments.length;
  return { key, at: whole ? (times.at(-1) ?? null) : null, parcels: reached.length };
}
