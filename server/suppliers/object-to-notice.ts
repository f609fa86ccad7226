import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { dayFromColumn, dayOf } from '../shared/days.ts';
import { NotFound, RuleRefusal, StateConflict } from '../shared/errors.ts';
import type { PlaceTree } from '../units/place-tree.ts';
import { APPLICATION_CHANGED } from './applications/lock-application.ts';
import { lockCertification } from './certification-act.ts';

const MOST_OBJECTIONS = 500;

export interface NewObjection {
  noticeId: number;
  /** told to the certifiers alone */
  name: string | null;
  contact: string | null;
  text: string;
}

/**
 * Anyone objects to a certification while its notice runs; it waits from now on until that was answered (rule 17). Refuses an unknown
 * notice with 404, one that is over with 409 `noticeOver`. Returns the objection's id.
 */
export async function objectToNotice(
  db: PrismaClient,
  actor: Actor | null,
  objection: NewObjection,
  at: Date,
): Promise<number> {
  const { noticeId } = objection;
  return inTransaction(db, async (tx) => {
    // The certification's lock: certifying looks for open objections under it.
    await tx.$queryRaw`
      SELECT ce.id FROM certification ce WHERE ce.id = (SELECT certificationId FROM public_notice WHERE id = ${noticeId}) FOR UPDATE`;
    const notice = await tx.publicNotice.findUnique({
      where: { id: noticeId },
      select: {
        ...{ startsOn: true, endsOn: true, certificationId: true },
        certification: { select: { state: true, application: { select: { id: true } } } },
        _count: { select: { objections: true } },
      },
    });
    if (!notice) throw new NotFound();
    const today = dayOf(at);
    const isOpen = dayFromColumn(notice.startsOn) <= today && dayFromColumn(notice.endsOn) >= today;
    if (!isOpen || notice.certification.state !== 'in_notice') throw new StateConflict('noticeOver');
    if (notice._count.objections >= MOST_OBJECTIONS) throw new RuleRefusal('tooManyObjections');
    const { id } = await tx.objection.create({ data: { ...objection, at }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor?.id ?? null, action: 'objection.make', subjectType: 'certification' },
      ...{ subjectId: notice.certificationId, after: { objection: id } },
    });
    const { application } = notice.certification;
    if (application)
      await enqueue(tx, APPLICATION_CHANGED, [{ applicationId: application.id, news: 'objected', factId: id }]);
    return id;
  });
}

export interface AnswerObjection {
  objectionId: number;
  text: string;
  /** whether it holds */
  upheld: boolean;
  at: Date;
  places: PlaceTree;
}

/**
 * The certifier answers an objection, in public, once. Refuses strangers with 404, lookers with 403, what was answered with 409
 * `alreadyAnswered`.
 */
export async function answerObjection(db: PrismaClient, actor: Actor, answered: AnswerObjection): Promise<void> {
  const { objectionId, text, upheld, at, places } = answered;
  await inTransaction(db, async (tx) => {
    const found = await tx.objection.findUnique({
      where: { id: objectionId },
      select: { notice: { select: { certificationId: true } } },
    });
    if (!found) throw new NotFound();
    const { certificationId } = found.notice;
    await lockCertification(tx, actor, { certificationId, reason: '', at, places });
    const { count } = await tx.objection.updateMany({
      where: { id: objectionId, answeredAt: null },
      data: { answer: text, upheld, answeredById: actor.id, answeredAt: at },
    });
    if (count === 0) throw new StateConflict('alreadyAnswered');
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'objection.answer', subjectType: 'certification' },
      ...{ subjectId: certificationId, after: { objection: objectionId, upheld }, reason: text.slice(0, 500) },
    });
  });
}
