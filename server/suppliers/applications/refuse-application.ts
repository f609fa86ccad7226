import type { Actor } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import {
  type ApplicationAct,
  caseOf,
  lockApplication,
  requireApplicant,
  requireRecommender,
  requireReviewer,
  stepOn,
  tellNews,
} from './lock-application.ts';

type WithReason = ApplicationAct & { reason: string };

/**
 * Refuses an application with a reason: the place before it was recommended, the certifier at every step. Refuses strangers with 404, the
 * applicant with 403 `ownApplication`, others with 403, what has ended with 409 `wrongCertificationState`.
 */
export async function refuseApplication(db: PrismaClient, actor: Actor, act: WithReason): Promise<void> {
  await inTransaction(db, async (tx) => {
    const application = await lockApplication(tx, actor, act);
    const isPlaces = application.state === 'applied' && application.renewsId === null;
    if (isPlaces) requireRecommender(actor, application, act.places);
    else requireReviewer(actor, application, act.places);
    await stepOn(tx, actor, application, 'refuse', act);
    await tellNews(tx, application.id, 'refused', caseOf(application).id);
  });
}

/** The applicant takes an application back before it is decided. Refuses strangers with 404, what has ended with 409 `wrongCertificationState`. */
export async function withdrawApplication(db: PrismaClient, actor: Actor, act: WithReason): Promise<void> {
  await inTransaction(db, async (tx) => {
    const application = await lockApplication(tx, actor, act);
    requireApplicant(actor, application);
    await stepOn(tx, actor, application, 'withdraw', act);
  });
}
