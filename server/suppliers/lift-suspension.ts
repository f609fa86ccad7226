import type { Actor } from '../accounts/actor.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { type ActOnCertification, lockCertification, recordAct } from './certification-act.ts';
import { nextCertificationState } from './certification-states.ts';
import { endSuspension } from './end-suspension.ts';

/**
 * Lifts a suspension: the certification holds again from today on, within its dates, and its goods are back on the shelf at once
 * (rules 1, 17). Refuses strangers with 404, lookers with 403, what is not suspended with 409 `wrongCertificationState`.
 */
export async function liftSuspension(db: PrismaClient, actor: Actor, act: ActOnCertification): Promise<void> {
  await inTransaction(db, async (tx) => {
    const certification = await lockCertification(tx, actor, act);
    nextCertificationState(certification.state, 'lift');
    await endSuspension(tx, certification);
    await recordAct(tx, actor, certification, 'lift', act);
  });
}
