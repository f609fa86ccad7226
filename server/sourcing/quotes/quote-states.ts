import type { QuoteOfferState, QuoteRequestState } from '../../db/generated/enums.ts';
import { StateConflict } from '../../shared/errors.ts';

/** from, event, to: everything that may happen to a request for quotation, under the lock of its row. */
const requestTransitions = [
  ['open', 'withdraw', 'withdrawn'],
  ['open', 'award_all', 'closed'],
  ['open', 'run_out', 'closed'],
  ['closed', 'reopen', 'open'],
] as const satisfies readonly (readonly [QuoteRequestState, string, QuoteRequestState])[];

/** The same of a binding offer, under the lock of its request. There is no withdrawing: it binds until it expires, again when its order was never placed. */
const offerTransitions = [
  ['open', 'accept', 'accepted'],
  ['open', 'improve', 'replaced'],
  ['open', 'expire', 'expired'],
  ['open', 'lapse', 'lapsed'],
  ['accepted', 'reopen', 'open'],
  ['accepted', 'expire_unused', 'expired'],
] as const satisfies readonly (readonly [QuoteOfferState, string, QuoteOfferState])[];

export type QuoteRequestEvent = (typeof requestTransitions)[number][1];
export type QuoteOfferEvent = (typeof offerTransitions)[number][1];

/** The state after an event. Throws StateConflict `quoteRequestOver` when the event is not possible now. */
export function nextRequestState(from: QuoteRequestState, event: QuoteRequestEvent): QuoteRequestState {
  const found = requestTransitions.find(([state, name]) => state === from && name === event);
  if (!found) throw new StateConflict('quoteRequestOver');
  return found[2];
}

/** The state after an event. Throws StateConflict `offerOver` when the event is not possible now. */
export function nextOfferState(from: QuoteOfferState, event: QuoteOfferEvent): QuoteOfferState {
  const found = offerTransitions.find(([state, name]) => state === from && name === event);
  if (!found) throw new StateConflict('offerOver');
  return found[2];
}
