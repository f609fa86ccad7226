import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { isDuplicate } from '../../db/faults.ts';
import type { Prisma } from '../../db/generated/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayToColumn } from '../../shared/days.ts';
import { NotAllowed, NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import type { CheckedProgramme } from './programme-check.ts';
import { mayRun, requireRunner } from './programme-policy.ts';

/**
 * Makes a draft, which counts nothing yet. Refuses whoever runs no programmes of that group with 403, a code that another has with 422
 * `programmeCodeTaken`.
 */
export async function createProgramme(
  db: PrismaClient,
  actor: Actor,
  programme: CheckedProgramme,
  at: Date,
): Promise<{ id: number; code: string }> {
  if (!mayRun(actor, programme)) throw new NotAllowed();
  return codeNotTaken(() =>
    inTransaction(db, async (tx) => {
      const made = await tx.programme.create({
        data: { ...columnsOf(programme), ...listsOf(programme), createdAt: at },
        select: { id: true, code: true },
      });
      await audit(tx, {
        ...{ at, actorId: actor.id, action: 'programme.create', subjectType: 'programme', subjectId: made.id },
        after: toldOf(programme),
      });
      return made;
    }),
  );
}

/** Replaces all of a draft. Refuses another group's with 403, one that is open or closed with 409 `wrongProgrammeState`. */
export async function changeDraft(
  db: PrismaClient,
  actor: Actor,
  id: number,
  programme: CheckedProgramme,
  at: Date,
): Promise<void> {
  if (!mayRun(actor, programme)) throw new NotAllowed();
  await codeNotTaken(() =>
    inTransaction(db, async (tx) => {
      const { state } = await lockProgramme(tx, actor, id);
      if (state !== 'draft') throw new StateConflict('wrongProgrammeState');
      const before = await tx.programme.findUniqueOrThrow({ where: { id }, select: { code: true, name: true } });
      const ofIt = { where: { programmeId: id } };
      await tx.programmeOrigin.deleteMany(ofIt);
      await tx.programmeCategory.deleteMany(ofIt);
      await tx.programmeParticipant.deleteMany(ofIt);
      await tx.programmeMilestone.deleteMany(ofIt);
      await tx.programme.update({ where: { id }, data: { ...columnsOf(programme), ...listsOf(programme) } });
      await audit(tx, {
        ...{ at, actorId: actor.id, action: 'programme.change', subjectType: 'programme', subjectId: id },
        before,
        after: toldOf(programme),
      });
    }),
  );
}

/** Takes the programme's row, under which its state and rules change. Throws NotFound, and NotAllowed for another group's. */
export async function lockProgramme(tx: Tx, actor: Actor, id: number) {
  const locked = await tx.$queryRaw<unknown[]>`SELECT id FROM programme WHERE id = ${id} FOR UPDATE`;
  if (locked.length === 0) throw new NotFound();
  const programme = await tx.programme.findUniqueOrThrow({ where: { id } });
  requireRunner(actor, programme);
  return programme;
}

async function codeNotTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new RuleRefusal('badInput', [{ path: 'code', code: 'programmeCodeTaken' }]);
  }
}

function columnsOf(programme: CheckedProgramme) {
  const { origins, categories, participants, milestones, originIds, categoryIds, participantIds, ...columns } =
    programme;
  const { startsOn, endsOn, countUntil } = columns;
  return {
    ...columns,
    startsOn: dayToColumn(startsOn),
    endsOn: dayToColumn(endsOn),
    countUntil: dayToColumn(countUntil),
  };
}

function listsOf({ originIds, categoryIds, participantIds, milestones }: CheckedProgramme) {
  return {
    origins: { create: originIds.map((placeId) => ({ placeId })) },
    categories: { create: categoryIds.map((categoryId) => ({ categoryId })) },
    participants: { create: participantIds.map((groupId) => ({ groupId })) },
    milestones: { create: milestones.map(({ dueOn, shareBp }) => ({ dueOn: dayToColumn(dueOn), shareBp })) },
  };
}

function toldOf(programme: CheckedProgramme): Prisma.InputJsonObject {
  return { ...programme, milestones: programme.milestones.map((row) => ({ ...row })) };
}
