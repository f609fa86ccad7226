import type { AgreementState, IntentionState } from '../../db/generated/enums.ts';
import { StateConflict } from '../../shared/errors.ts';

/** from, event, to: everything that may happen to an intention, under the lock of its row. */
const intentionTransitions = [
  ['open', 'agree', 'agreed'],
  ['open', 'decline', 'declined'],
  ['open', 'withdraw', 'withdrawn'],
] as const satisfies readonly (readonly [IntentionState, string, IntentionState])[];

/** The same of a framework agreement; its last day ends it without an event. */
const agreementTransitions = [
  ['proposed', 'sign', 'signed'],
  ['proposed', 'decline', 'declined'],
  ['proposed', 'withdraw', 'withdrawn'],
  ['signed', 'end', 'ended'],
] as const satisfies readonly (readonly [AgreementState, string, AgreementState])[];

export type IntentionEvent = (typeof intentionTransitions)[number][1];
export type AgreementEvent = (typeof agreementTransitions)[number][1];

/** The state after an event. Throws StateConflict `intentionOver` when the event is not possible now. */
export function nextIntentionState(from: IntentionState, event: IntentionEvent): IntentionState {
  const found = intentionTransitions.find(([state, name]) => state === from && name === event);
  if (!found) throw new StateConflict('intentionOver');
  return found[2];
}

/** The state after an event. Throws StateConflict `agreementDecided` when the event is not possible now. */
export function nextAgreementState(from: AgreementState, event: AgreementEvent): AgreementState {
  const found = agreementTransitions.find(([state, name]) => state === from && name === event);
  if (!found) throw new StateConflict('agreementDecided');
  return found[2];
}
