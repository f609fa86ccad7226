import type { DisputeState } from '../../db/generated/enums.ts';
import { StateConflict } from '../../shared/errors.ts';

/** from, event, to: everything that may happen to a dispute. Who may do it is in the use cases. */
const transitions = [
  ['contested', 'propose', 'proposed'],
  ['proposed', 'propose', 'proposed'],
  ['proposed', 'agree', 'settled'],
  ['contested', 'withdraw', 'withdrawn'],
  ['proposed', 'withdraw', 'withdrawn'],
  ['contested', 'decide', 'decided'],
  ['proposed', 'decide', 'decided'],
] as const satisfies readonly (readonly [DisputeState, string, DisputeState])[];

export type DisputeEvent = (typeof transitions)[number][1];

/** The state after an event. Throws StateConflict `disputeClosed` when the event is not possible now. */
export function nextDisputeState(from: DisputeState, event: DisputeEvent): DisputeState {
  const found = transitions.find(([state, name]) => state === from && name === event);
  if (!found) throw new StateConflict('disputeClosed', { state: from });
  return found[2];
}

export function mayHappenToDispute(from: DisputeState, event: DisputeEvent): boolean {
  return transitions.some(([state, name]) => state === from && name === event);
}
