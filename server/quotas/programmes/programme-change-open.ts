import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { addDays, type Day, dayFromColumn, dayOf, dayToColumn } from '../../shared/days.ts';
import { type Fault, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { milestoneFaults, ratioFaults } from './programme-check.ts';
import { lockProgramme } from './programme-save.ts';

export interface OpenChange {
  name: string;
  nameEn: string;
  countUntil: Day;
  ingredientRatioBp: number;
  perEmployeeFen: number;
  priceRiseLimitBp: number;
  milestones: { dueOn: Day; shareBp: number }[];
}

/**
 * Changes of an open programme what rewrites nothing that was counted: names, milestones, what declared targets are worked out by, the
 * price limit, and `countUntil` while facts still count: to today or later, since what was not counted yesterday stays so. Refuses by
 * field, and with 409 `wrongProgrammeState` what is not open.
 */
export async function changeOpenProgramme(
  db: PrismaClient,
  actor: Actor,
  id: number,
  change: OpenChange,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const before = await lockProgramme(tx, actor, id);
    if (before.state !== 'open') throw new StateConflict('wrongProgrammeState');
    const [startsOn, endsOn] = [dayFromColumn(before.startsOn), dayFromColumn(before.endsOn)];
    const faults: Fault[] = [
      ...countUntilFaults(dayFromColumn(before.countUntil), change.countUntil, endsOn, dayOf(at)),
      ...ratioFaults(change),
      ...milestoneFaults({ startsOn, endsOn, milestones: change.milestones }),
    ];
    if (faults.length > 0) throw new RuleRefusal('badInput', faults);
    const { milestones, countUntil, ...columns } = change;
    await tx.programmeMilestone.deleteMany({ where: { programmeId: id } });
    await tx.programme.update({
      where: { id },
      data: {
        ...columns,
        countUntil: dayToColumn(countUntil),
        milestones: { create: milestones.map(({ dueOn, shareBp }) => ({ dueOn: dayToColumn(dueOn), shareBp })) },
      },
    });
    const { name, nameEn, ingredientRatioBp, perEmployeeFen, priceRiseLimitBp } = before;
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'programme.change', subjectType: 'programme', subjectId: id },
      before: {
        ...{ name, nameEn, ingredientRatioBp, perEmployeeFen, priceRiseLimitBp },
        countUntil: dayFromColumn(before.countUntil),
      },
      after: { ...change, milestones: milestones.map((row) => ({ ...row })) },
    });
  });
}

function countUntilFaults(before: Day, after: Day, endsOn: Day, today: Day): Fault[] {
  if (after === before) return [];
  const refused = (code: string) => [{ path: 'countUntil', code }];
  if (before < today) return refused('countUntilOver');
  if (after < endsOn) return refused('countUntilBeforeEnd');
  if (after < today) return refused('countUntilPast');
  return after > addDays(endsOn, 366) ? refused('countUntilTooLate') : [];
}

/** Changes the names of a programme that is closed; nothing else of it changes any more. */
export async function renameProgramme(
  db: PrismaClient,
  actor: Actor,
  id: number,
  names: { name: string; nameEn: string },
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { name, nameEn } = await lockProgramme(tx, actor, id);
    await tx.programme.update({ where: { id }, data: names });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'programme.change', subjectType: 'programme', subjectId: id },
      before: { name, nameEn },
      after: names,
    });
  });
}
