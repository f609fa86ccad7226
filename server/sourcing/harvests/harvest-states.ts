import type { HarvestState } from '../../db/generated/enums.ts';
import { StateConflict } from '../../shared/errors.ts';

/** from, event, to: everything that may happen to a coming batch, under the lock of its row. */
const transitions = [
  ['open', 'close', 'closed'],
  ['open', 'decide', 'sharing'],
  ['closed', 'decide', 'sharing'],
  ['sharing', 'settle', 'harvested'],
  ['sharing', 'settle_failed', 'failed'],
] as const satisfies readonly (readonly [HarvestState, string, HarvestState])[];

export type HarvestEvent = (typeof transitions)[number][1];

/** The state after an event. Throws StateConflict `harvestDecided` when the event is not possible now. */
export function nextHarvestState(from: HarvestState, event: HarvestEvent): HarvestState {
  const found = transitions.find(([state, name]) => state === from && name === event);
  if (!found) throw new StateConflict('harvestDecided');
  return found[2];
}
