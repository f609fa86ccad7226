import type { RefundState } from '../db/generated/enums.ts';
import { StateConflict } from '../shared/errors.ts';

/** from, event, to: everything that may happen to a refund. On account it stays approved: less is owed; else it is paid back. */
const transitions = [
  ['requested', 'approve', 'approved'],
  ['requested', 'refuse', 'refused'],
  ['requested', 'withdraw', 'withdrawn'],
  ['approved', 'pay', 'paid'],
  ['paid', 'come_back', 'approved'],
] as const satisfies readonly (readonly [RefundState, string, RefundState])[];

export type RefundEvent = (typeof transitions)[number][1];

/** The state after an event. Throws StateConflict `refundDecided` when the event is not possible now. */
export function nextRefundState(from: RefundState, event: RefundEvent): RefundState {
  const found = transitions.find(([state, name]) => state === from && name === event);
  if (!found) throw new StateConflict('refundDecided', { state: from });
  return found[2];
}

export function mayHappenToRefund(from: RefundState, event: RefundEvent): boolean {
  return transitions.some(([state, name]) => state === from && name === event);
}

/** Refunds by which an order is less than it was. */
export const GRANTED = ['approved', 'paid'] as const satisfies readonly RefundState[];

/** After how many hours a request that its supplier does not decide is passed on to the operators. */
export const PASSED_ON_AFTER_HOURS = 48;
