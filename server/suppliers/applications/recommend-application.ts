import type { Actor } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import {
  type ApplicationAct,
  caseOf,
  lockApplication,
  requireRecommender,
  stepOn,
  tellNews,
} from './lock-application.ts';

/**
 * The place recommends an application to the certifier, with a word of its own (rule 17). Refuses strangers with 404, the applicant with
 * 403 `ownApplication`, who does not speak for the place with 403, what is not new with 409 `wrongCertificationState`.
 */
export async function recommendApplication(
  db: PrismaClient,
  actor: Actor,
  act: ApplicationAct & { reason: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const application = await lockApplication(tx, actor, act);
    requireRecommender(actor, application, act.places);
    await stepOn(tx, actor, application, 'recommend', act);
    await tellNews(tx, application.id, 'recommended', caseOf(application).id);
  });
}
