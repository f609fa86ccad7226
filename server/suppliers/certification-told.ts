import { z } from 'zod';
import type { Tx } from '../db/client.ts';
import { enqueue } from '../jobs/outbox.ts';
import type { CertificationAct } from './certification-states.ts';

/** The outbox topic of what is done with an issued certification. */
export const CERTIFICATION_ACTED = 'certification.acted';

const TOLD_ACTS = ['suspend', 'lift', 'revoke', 'disqualify'] as const satisfies readonly CertificationAct[];

export const certificationActed = z.object({
  certificationId: z.number().int(),
  act: z.enum(TOLD_ACTS),
  eventId: z.number().int(),
});

export type CertificationActed = z.infer<typeof certificationActed>;

/** Has the supplier's people told, and the buyers whose orders wait, in the act's own transaction; of a step of an application nobody. */
export async function tellOfAct(
  tx: Tx,
  certificationId: number,
  done: CertificationAct,
  eventId: number,
): Promise<void> {
  const act = TOLD_ACTS.find((told) => told === done);
  if (act) await enqueue(tx, CERTIFICATION_ACTED, [{ certificationId, act, eventId }]);
}
