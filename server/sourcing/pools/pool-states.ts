import type { PoolState } from '../../db/generated/enums.ts';
import { StateConflict } from '../../shared/errors.ts';

/** from, event, to: everything that may happen to a pool, under the lock of its row (orders/order-pool.ts fills it). */
const transitions = [
  ['open', 'fill', 'full'],
  ['open', 'run_out', 'failed'],
  ['open', 'lose_goods', 'failed'],
  ['full', 'lose_goods', 'failed'],
  ['full', 'lose_part', 'open'],
  ['full', 'place', 'placed'],
] as const satisfies readonly (readonly [PoolState, string, PoolState])[];

export type PoolEvent = (typeof transitions)[number][1];

/** The state after an event. Throws StateConflict `poolOver` when the event is not possible now. */
export function nextPoolState(from: PoolState, event: PoolEvent): PoolState {
  const found = transitions.find(([state, name]) => state === from && name === event);
  if (!found) throw new StateConflict('poolOver');
  return found[2];
}
