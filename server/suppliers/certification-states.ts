import type { CertificationState } from '../db/generated/enums.ts';
import { StateConflict } from '../shared/errors.ts';

/**
 * from, event, to: the way to a certification, which of a renewal begins at the review, and what may happen to one that was issued. Who
 * may do it is in certification-policy.ts and applications/application-policy.ts.
 */
const transitions = [
  ['applied', 'recommend', 'recommended'],
  ['applied', 'pass', 'reviewed'],
  ['recommended', 'pass', 'reviewed'],
  ['reviewed', 'publish', 'in_notice'],
  ['in_notice', 'reopen', 'recommended'],
  ['in_notice', 'certify', 'certified'],
  ['applied', 'refuse', 'refused'],
  ['recommended', 'refuse', 'refused'],
  ['reviewed', 'refuse', 'refused'],
  ['in_notice', 'refuse', 'refused'],
  ['applied', 'withdraw', 'withdrawn'],
  ['recommended', 'withdraw', 'withdrawn'],
  ['reviewed', 'withdraw', 'withdrawn'],
  ['in_notice', 'withdraw', 'withdrawn'],
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
