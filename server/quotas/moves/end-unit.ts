import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { addDays, type Day, dayOf, dayToColumn } from '../../shared/days.ts';
import { type Fault, RuleRefusal } from '../../shared/errors.ts';
import { lockTree, lockUnits, mustBeActive } from '../../units/lock-unit.ts';
import { mustAdminister } from '../../units/unit-policy.ts';
import { setTargets } from '../targets/set-target.ts';
import { countToCarry } from './carry-merged.ts';
import { type EndingWay, planEnding, type TargetFate } from './merger-plan.ts';

export interface EndUnit {
  unitId: number;
  way: EndingWay;
  /** null: dissolved */
  successorId: number | null;
  reason: string;
  at: Date;
}

/**
 * Merges a unit into another one or dissolves it: today is its last day. Its targets change as `planEnding` says, each as a new version;
 * dissolved or carried, it is exempt from now on; its place in tree and groups and its people's rights end, and on a merger the people
 * get the same rights at the successor. Its purchases are carried by a job where that was chosen, else they stay (rules 7, 9). Refuses
 * whoever does not administer both with 404, ended units with 409, and by field what `faultsOfEnding` says.
 */
export async function endUnit(db: PrismaClient, actor: Actor, ending: EndUnit): Promise<void> {
  const { unitId, successorId, way, reason, at } = ending;
  const today = dayOf(at);
  await inTransaction(db, async (tx) => {
    await lockTree(tx);
    const ids = successorId === null ? [unitId] : [unitId, successorId];
    await mustAdminister(tx, actor, ids, today);
    const unit = await lockUnits(tx, ids);
    for (const id of ids) mustBeActive(unit(id));
    const faults = await faultsOfEnding(tx, ending);
    if (faults.length > 0) throw new RuleRefusal('badInput', faults);
    const fates = await planEnding(tx, unitId, successorId, way, today);
    await changeTargets(tx, actor, ending, fates);
    if (way !== 'split') await exempt(tx, actor, ending, today);
    const rights = await endPlaces(tx, ending, addDays(today, 1));
    const state = successorId === null ? 'dissolved' : 'merged';
    await tx.unit.update({ where: { id: unitId }, data: { state, successorId }, select: { id: true } });
    if (successorId !== null) await noteMerger(tx, actor, { ...ending, successorId }, today);
    await audit(tx, {
      ...{ at, actorId: actor.id, subjectType: 'unit', subjectId: unitId, unitId, reason },
      action: successorId === null ? 'unit.dissolve' : 'unit.merge',
      before: { state: 'active' },
      after: { state, successorId, way, rights, lastDay: today },
    });
  });
}

/** What speaks against it: itself as successor, units below it, a group that it leads, units that eat in its canteen. */
export async function faultsOfEnding(tx: Tx, { unitId, way, successorId, at }: EndUnit): Promise<Fault[]> {
  const on = dayToColumn(addDays(dayOf(at), 1));
  const held = { OR: [{ until: null }, { until: { gt: on } }] };
  if (way !== 'dissolve' && (successorId === null || successorId === unitId))
    return [{ path: 'successor', code: 'notAChoice' }];
  const below = await tx.unitPosition.count({ where: { parentId: unitId, ...held } });
  const led = await tx.unitGroup.count({ where: { leadUnitId: unitId } });
  const guests = await tx.unit.count({ where: { canteenUnitId: unitId, state: 'active' } });
  return [
    ...(below > 0 ? [{ path: '', code: 'hasUnitsBelow', values: { count: below } }] : []),
    ...(led > 0 ? [{ path: '', code: 'leadsGroup' }] : []),
    ...(guests > 0 ? [{ path: '', code: 'othersEatHere', values: { count: guests } }] : []),
  ];
}

async function changeTargets(tx: Tx, actor: Actor, { unitId, successorId, reason, at }: EndUnit, fates: TargetFate[]) {
  for (const programmeId of new Set(fates.map((fate) => fate.programmeId))) {
    const mine = fates.filter((fate) => fate.programmeId === programmeId);
    await setTargets(
      tx,
      { programmeId, reason, byId: actor.id, at },
      mine.flatMap(({ categoryId, placeId, fundingSource, measure, kept, given, successorBefore }) => {
        const scope = { categoryId, placeId, fundingSource, measure };
        const passed = { ...scope, unitId: successorId ?? 0, value: (successorBefore ?? 0) + given };
        return [{ ...scope, unitId, value: kept }, ...(given > 0 ? [passed] : [])];
      }),
    );
  }
}

/** From every open programme of today in which it takes part or has a target. */
async function exempt(tx: Tx, actor: Actor, { unitId, reason, at }: EndUnit, today: Day): Promise<void> {
  const on = dayToColumn(today);
  await tx.$executeRaw`
    INSERT INTO target_exemption (programmeId, unitId, reason, byId, at)
    SELECT p.id, ${unitId}, ${reason}, ${actor.id}, ${at} FROM programme p
    WHERE p.state = 'open' AND p.startsOn <= ${on} AND p.endsOn >= ${on}
      AND (EXISTS (SELECT 1 FROM target t WHERE t.programmeId = p.id AND t.unitId = ${unitId})
        OR EXISTS (SELECT 1 FROM group_member m JOIN programme_participant x ON x.groupId = m.groupId
          WHERE x.programmeId = p.id AND m.unitId = ${unitId} AND m.since <= ${on} AND (m.until IS NULL OR m.until > ${on})))
      AND NOT EXISTS (SELECT 1 FROM target_exemption e WHERE e.programmeId = p.id AND e.unitId = ${unitId} AND e.endedAt IS NULL)`;
}

/** Ends place, memberships and rights from a day on; answers how many rights passed to the successor. */
async function endPlaces(tx: Tx, { unitId, successorId }: EndUnit, since: Day): Promise<number> {
  const on = dayToColumn(since);
  const running = { unitId, since: { lt: on }, OR: [{ until: null }, { until: { gt: on } }] };
  await tx.unitPosition.deleteMany({ where: { unitId, since: { gte: on } } });
  await tx.unitPosition.updateMany({ where: running, data: { until: on } });
  await tx.groupMember.deleteMany({ where: { unitId, since: { gte: on } } });
  await tx.groupMember.updateMany({ where: running, data: { until: on } });
  const grants = await tx.roleGrant.findMany({ where: running, select: { id: true, userId: true, role: true } });
  await tx.roleGrant.updateMany({ where: { id: { in: grants.map(({ id }) => id) } }, data: { until: on } });
  if (successorId === null) return 0;
  const known = await tx.roleGrant.findMany({
    where: { unitId: successorId, userId: { in: grants.map(({ userId }) => userId) }, OR: running.OR },
    select: { userId: true, role: true },
  });
  const passing = grants.filter(({ userId, role }) => !known.some((one) => one.userId === userId && one.role === role));
  await tx.roleGrant.createMany({
    data: passing.map(({ userId, role }) => ({ userId, role, unitId: successorId, since: on })),
  });
  return passing.length;
}

async function noteMerger(tx: Tx, actor: Actor, merged: EndUnit & { successorId: number }, today: Day): Promise<void> {
  const { unitId, successorId, way, reason, at } = merged;
  await tx.unitMerger.create({
    data: {
      ...{ unitId, successorId, way: way === 'carry' ? 'carry' : 'split', reason, byId: actor.id, at },
      onDay: dayToColumn(addDays(today, 1)),
      state: way === 'carry' ? 'carrying' : 'done',
      purchases: way === 'carry' ? await countToCarry(tx, unitId, today) : 0,
      finishedAt: way === 'carry' ? null : at,
    },
    select: { id: true },
  });
}
