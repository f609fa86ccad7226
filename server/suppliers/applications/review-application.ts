import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { addDays, dayToColumn } from '../../shared/days.ts';
import { type Fault, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { CHECKS } from './application-form.ts';
import {
  type ApplicationAct,
  type Checks,
  caseOf,
  type LockedApplication,
  lockApplication,
  requireReviewer,
  stepOn,
  tellNews,
} from './lock-application.ts';
import { NOTICE_DAYS } from './renewal-term.ts';

/** A recommended application is, until it is published; a renewal from the first, since its place vouched for it already. */
export function isUnderReview({ state, renewsId }: Pick<LockedApplication, 'state' | 'renewsId'>): boolean {
  return state === 'recommended' || state === 'reviewed' || (state === 'applied' && renewsId !== null);
}

/** Keeps the certifier's check-list. Refuses strangers with 404, who may not review with 403, what is not under review with 409. */
export async function checkApplication(
  db: PrismaClient,
  actor: Actor,
  act: ApplicationAct & { checks: Checks },
): Promise<void> {
  const { checks, at } = act;
  await inTransaction(db, async (tx) => {
    const application = await lockApplication(tx, actor, act);
    requireReviewer(actor, application, act.places);
    if (!isUnderReview(application)) throw new StateConflict('wrongCertificationState');
    await tx.certificationApplication.update({
      where: { id: application.id },
      data: { checks, updatedAt: at },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'certification.check', subjectType: 'certification' },
      ...{ subjectId: caseOf(application).id, before: application.checks, after: checks },
    });
  });
}

interface PublishNotice extends ApplicationAct {
  issuer: string;
  text: string;
}

/**
 * Passes the review and publishes the case for objection, from today on for 7 full days, a renewal for 3 (rule 17). Refuses while a
 * check is open or at fault (422 `checksOpen`) or a question unanswered (422 `questionsOpen`), strangers with 404, who may not
 * review with 403, what is not under review with 409.
 */
export async function publishNotice(db: PrismaClient, actor: Actor, act: PublishNotice): Promise<void> {
  const { issuer, text, at } = act;
  await inTransaction(db, async (tx) => {
    const application = await lockApplication(tx, actor, act);
    requireReviewer(actor, application, act.places);
    if (!isUnderReview(application)) throw new StateConflict('wrongCertificationState');
    await requireReviewed(tx, application);
    const { id, today } = caseOf(application);
    const passed =
      application.state === 'reviewed' ? application : await stepOn(tx, actor, application, 'pass', { reason: '', at });
    await stepOn(tx, actor, passed, 'publish', { reason: '', at });
    await tx.certification.update({ where: { id }, data: { issuer }, select: { id: true } });
    const days = NOTICE_DAYS[application.renewsId === null ? 'first' : 'renewal'];
    await tx.publicNotice.create({
      data: {
        ...{ certificationId: id, text, publishedAt: at },
        ...{ startsOn: dayToColumn(today), endsOn: dayToColumn(addDays(today, days)) },
      },
      select: { id: true },
    });
    await tellNews(tx, application.id, 'in_notice', id);
  });
}

async function requireReviewed(tx: Tx, { id, subject, checks }: LockedApplication): Promise<void> {
  const faults: Fault[] = [];
  if (CHECKS[subject].some((item) => !checks[item]?.ok)) faults.push({ path: 'checks', code: 'checksOpen' });
  const open = await tx.applicationQuestion.count({ where: { applicationId: id, answeredAt: null } });
  if (open > 0) faults.push({ path: 'questions', code: 'questionsOpen' });
  if (faults.length > 0) throw new RuleRefusal('cannotPass', faults);
}

/**
 * Takes a case out of public notice back to review, as after an objection that holds: it must be published anew. Refuses strangers
 * with 404, who may not review with 403, what is not in notice with 409.
 */
export async function reopenReview(
  db: PrismaClient,
  actor: Actor,
  act: ApplicationAct & { reason: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const application = await lockApplication(tx, actor, act);
    requireReviewer(actor, application, act.places);
    await stepOn(tx, actor, application, 'reopen', act);
    await tellNews(tx, application.id, 'reopened', caseOf(application).id);
  });
}
