import type { CertificationState } from '../db/generated/enums.ts';
import { StateConflict } from '../shared/errors.ts';

/** from, event, to: what may happen to a certification that was issued. Who may do it is in certification-policy.ts. */
const transitions = [
  ['certified', 'suspend', 'suspended'],
  ['suspended', 'lift', 'certified'],
  ['certified', 'revoke', 'revoked'],
  ['suspended', 'revoke', 'revoked'],
  ['certified', 'disqualify', 'disqualified'],
  ['suspended', 'disqualify', 'disqualified'],
  ['revoked', 'disqualify', 'disqualified'],
] as const satisfies readonly (readonly [CertificationState, string, CertificationState])[];

export type CertificationAct = (typeof transitions)[number][1];

/** The state after an act. Throws StateConflict `wrongCertificationState` when the act is not possible now. */
export function nextCertificationState(from: CertificationState, act: CertificationAct): CertificationState {
  const found = transitions.find(([state, name]) => state === from && name === act);
  if (!found) throw new StateConflict('wrongCertificationState');
  return found[2];
}

export function mayHappenToCertification(from: CertificationState, act: CertificationAct): boolean {
  return transitions.some(([state, name]) => state === from && name === act);
}
