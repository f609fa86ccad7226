import type { FulfilmentState, OrderState } from '../db/generated/enums.ts';
import { StateConflict } from '../shared/errors.ts';

/** from, event, to: everything that may happen to an order. Who may do it is in order-policy.ts. */
const orderTransitions = [
  ['awaiting_approval', 'approve', 'placed'],
  ['awaiting_approval', 'approve_to_pay', 'awaiting_payment'],
  ['awaiting_approval', 'reject', 'rejected'],
  ['awaiting_approval', 'cancel', 'cancelled'],
  ['awaiting_approval', 'expire', 'expired'],
  ['awaiting_approval', 'join_pool', 'awaiting_pool'],
  ['awaiting_payment', 'join_pool', 'awaiting_pool'],
  ['awaiting_pool', 'fill_pool', 'placed'],
  ['awaiting_pool', 'cancel', 'cancelled'],
  ['awaiting_payment', 'pay', 'placed'],
  ['awaiting_payment', 'cancel', 'cancelled'],
  ['awaiting_payment', 'expire', 'expired'],
  ['placed', 'cancel', 'cancelled'],
  ['placed', 'complete', 'completed'],
] as const satisfies readonly (readonly [OrderState, string, OrderState])[];

const fulfilmentTransitions = [
  ['waiting', 'place', 'to_confirm'],
  ['waiting', 'cancel', 'cancelled'],
  ['to_confirm', 'confirm', 'confirmed'],
  ['to_confirm', 'cancel', 'cancelled'],
  ['to_confirm', 'ship', 'shipped'],
  ['confirmed', 'ship', 'shipped'],
  ['to_confirm', 'ship_part', 'partly_shipped'],
  ['confirmed', 'ship_part', 'partly_shipped'],
  ['partly_shipped', 'ship_part', 'partly_shipped'],
  ['partly_shipped', 'ship', 'shipped'],
  ['partly_shipped', 'receive_part', 'partly_shipped'],
  ['shipped', 'receive_part', 'shipped'],
  ['shipped', 'receive', 'received'],
  ['partly_shipped', 'drop_rest', 'shipped'],
  ['partly_shipped', 'drop_rest_and_end', 'received'],
  ['to_confirm', 'refund_whole', 'cancelled'],
  ['confirmed', 'refund_whole', 'cancelled'],
  ['partly_shipped', 'refund_whole', 'cancelled'],
  ['shipped', 'refund_whole', 'cancelled'],
] as const satisfies readonly (readonly [FulfilmentState, string, FulfilmentState])[];

export type OrderEvent = (typeof orderTransitions)[number][1];
export type FulfilmentEvent = (typeof fulfilmentTransitions)[number][1];

/** The state after an event. Throws StateConflict `wrongOrderState` when the event is not possible now. */
export function nextOrderState(from: OrderState, event: OrderEvent): OrderState {
  const found = orderTransitions.find(([state, name]) => state === from && name === event);
  if (!found) throw new StateConflict('wrongOrderState', { state: from });
  return found[2];
}

export function nextFulfilmentState(from: FulfilmentState, event: FulfilmentEvent): FulfilmentState {
  const found = fulfilmentTransitions.find(([state, name]) => state === from && name === event);
  if (!found) throw new StateConflict('wrongFulfilmentState', { state: from });
  return found[2];
}

export function mayHappen(from: OrderState, event: OrderEvent): boolean {
  return orderTransitions.some(([state, name]) => state === from && name === event);
}

export function mayHappenTo(from: FulfilmentState, event: FulfilmentEvent): boolean {
  return fulfilmentTransitions.some(([state, name]) => state === from && name === event);
}
