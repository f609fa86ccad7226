import type { OrderState, WelfareRunState } from '../db/generated/enums.ts';
import { StateConflict } from '../shared/errors.ts';

export type RunEvent = 'open' | 'order' | 'hand_out' | 'close';

const TABLE: Record<WelfareRunState, Partial<Record<RunEvent, WelfareRunState>>> = {
  draft: { open: 'choosing' },
  choosing: { order: 'ordered' },
  ordered: { hand_out: 'distributed' },
  distributed: { close: 'closed' },
  closed: {},
};

/** What a run becomes by an event. Throws StateConflict where it may not happen. */
export function nextRunState(state: WelfareRunState, event: RunEvent): WelfareRunState {
  const next = TABLE[state][event];
  if (!next) throw new StateConflict('wrongRunState');
  return next;
}

/** Throws StateConflict unless the run is in one of these states. */
export function requireRunState(state: WelfareRunState, ...allowed: WelfareRunState[]): void {
  if (!allowed.includes(state)) throw new StateConflict('wrongRunState');
}

/** An order in one of these brings nothing any more: it is made again. */
export const DEAD: readonly OrderState[] = ['rejected', 'cancelled', 'expired'];
