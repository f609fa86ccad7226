import type { ProgrammeState } from '../../db/generated/enums.ts';
import { StateConflict } from '../../shared/errors.ts';

/** from, event, to: a programme is prepared, counts, and is over. Who may do it is in programme-policy.ts. */
const transitions = [
  ['draft', 'open', 'open'],
  ['open', 'close', 'closed'],
] as const satisfies readonly (readonly [ProgrammeState, string, ProgrammeState])[];

export type ProgrammeAct = (typeof transitions)[number][1];

/** The state after an act. Throws StateConflict `wrongProgrammeState` when the act is not possible now. */
export function nextProgrammeState(from: ProgrammeState, act: ProgrammeAct): ProgrammeState {
  const found = transitions.find(([state, name]) => state === from && name === act);
  if (!found) throw new StateConflict('wrongProgrammeState');
  return found[2];
}

export function mayHappenToProgramme(from: ProgrammeState, act: ProgrammeAct): boolean {
  return transitions.some(([state, name]) => state === from && name === act);
}
