import type { StatementState } from '../db/generated/enums.ts';
import { StateConflict } from '../shared/errors.ts';

/**
 * from, event, to: everything that may happen to a statement. Only an open one takes up lines. What is wholly paid is paid whatever
 * was confirmed before, since money that came cannot be refused; its invoice may follow.
 */
const transitions = [
  ['open', 'buyer_confirm', 'buyer_confirmed'],
  ['open', 'supplier_confirm', 'supplier_confirmed'],
  ['supplier_confirmed', 'buyer_confirm', 'confirmed'],
  ['buyer_confirmed', 'supplier_confirm', 'confirmed'],
  ['confirmed', 'invoice', 'invoiced'],
  ['paid', 'invoice', 'paid'],
  ['open', 'pay', 'paid'],
  ['buyer_confirmed', 'pay', 'paid'],
  ['supplier_confirmed', 'pay', 'paid'],
  ['confirmed', 'pay', 'paid'],
  ['invoiced', 'pay', 'paid'],
] as const satisfies readonly (readonly [StatementState, string, StatementState])[];

export type StatementEvent = (typeof transitions)[number][1];

/** The state after an event. Throws StateConflict `wrongStatementState` when the event is not possible now. */
export function nextStatementState(from: StatementState, event: StatementEvent): StatementState {
  const found = transitions.find(([state, name]) => state === from && name === event);
  if (!found) throw new StateConflict('wrongStatementState', { state: from });
  return found[2];
}

export function mayHappenToStatement(from: StatementState, event: StatementEvent): boolean {
  return transitions.some(([state, name]) => state === from && name === event);
}
