import type { Actor } from '../../accounts/actor.ts';
import type { FileStore } from '../../clients/file-store.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';
import { keepDocuments, type NewDocument, removeDocuments } from './application-documents.ts';
import {
  type ApplicationAct,
  appliesOnBehalfOf,
  caseOf,
  lockApplication,
  requireApplicant,
  requireReviewer,
  tellNews,
} from './lock-application.ts';
import { isUnderReview } from './review-application.ts';

/**
 * The certifier asks the applicant; until it is answered the review cannot be passed. Refuses strangers with 404, who may not review
 * with 403, what is not under review with 409 `wrongCertificationState`.
 */
export async function askApplicant(
  db: PrismaClient,
  actor: Actor,
  act: ApplicationAct & { text: string },
): Promise<void> {
  const { text, at } = act;
  await inTransaction(db, async (tx) => {
    const application = await lockApplication(tx, actor, act);
    requireReviewer(actor, application, act.places);
    if (!isUnderReview(application)) throw new StateConflict('wrongCertificationState');
    const question = await tx.applicationQuestion.create({
      data: { applicationId: application.id, text, askedById: actor.id, askedAt: at },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'certification.ask', subjectType: 'certification' },
      ...{ subjectId: caseOf(application).id, after: { question: question.id, text } },
    });
    await tellNews(tx, application.id, 'asked', question.id);
  });
}

interface AnswerQuestion extends ApplicationAct {
  questionId: number;
  text: string;
  documents: readonly NewDocument[];
  removed: readonly number[];
}

/**
 * The applicant answers a question, with papers where they are asked for, and takes out what they replace. Refuses strangers with 404,
 * others with 403, what was answered or has ended with 409 `alreadyAnswered`.
 */
export async function answerQuestion(
  db: PrismaClient,
  files: FileStore,
  actor: Actor,
  act: AnswerQuestion,
): Promise<void> {
  const { questionId, text, documents, removed, at } = act;
  await inTransaction(db, async (tx) => {
    const application = await lockApplication(tx, actor, act);
    requireApplicant(actor, application);
    if (!isUnderReview(application)) throw new StateConflict('alreadyAnswered');
    const question = await tx.applicationQuestion.findFirst({
      where: { id: questionId, applicationId: application.id },
    });
    if (!question) throw new NotFound();
    if (question.answeredAt) throw new StateConflict('alreadyAnswered');
    await tx.applicationQuestion.update({
      where: { id: questionId },
      data: { answer: text, answeredById: actor.id, answeredAt: at },
      select: { id: true },
    });
    await removeDocuments(tx, application.id, removed, at);
    await keepDocuments(tx, files, application.id, documents, actor.id, at);
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'certification.answer', subjectType: 'certification' },
      ...{ subjectId: caseOf(application).id, onBehalfOf: appliesOnBehalfOf(actor, application) },
      after: { question: questionId, text, added: documents.map(({ name }) => name), removed: [...removed] },
    });
    await tellNews(tx, application.id, 'answered', questionId);
  });
}
