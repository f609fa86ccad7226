import type { Tx } from '../db/client.ts';
import { dayToColumn } from '../shared/days.ts';
import type { ActedCertification } from './certification-act.ts';

/** Dates the end of the suspension that still runs; one of the same day then covers no day at all, its event tells of it. */
export async function endSuspension(tx: Tx, { id, today }: ActedCertification): Promise<void> {
  const until = dayToColumn(today);
  await tx.certificationInterruption.updateMany({
    where: { certificationId: id, kind: 'suspension', OR: [{ until: null }, { until: { gt: until } }] },
    data: { until },
  });
}
