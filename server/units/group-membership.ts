import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { type Day, dayOf, dayToColumn } from '../shared/days.ts';
import { type Fault, NotFound, RuleRefusal } from '../shared/errors.ts';
import { lockUnits, mustBeActive } from './lock-unit.ts';
import { groupsOrganizedBy, mustAdminister, unitsAdministeredBy } from './unit-policy.ts';

export interface ChangeMembership {
  unitId: number;
  groupId: number;
  change: 'join' | 'leave';
  /** the first day on which it is (or no longer is) a member, after today */
  since: Day;
  reason: string;
  at: Date;
}

/**
 * Lets a unit join a group or leave one from a day on; what was placed before stays in the groups of its day (rules 3, 7). Refuses with
 * 404 who neither operates nor organizes the group, an ended unit with 409, and by field what `faultsOfMembership` says.
 */
export async function changeMembership(db: PrismaClient, actor: Actor, asked: ChangeMembership): Promise<void> {
  const { unitId, groupId, change, since, reason, at } = asked;
  await inTransaction(db, async (tx) => {
    const all = await unitsAdministeredBy(tx, actor, dayOf(at));
    if (all !== null && !groupsOrganizedBy(actor).includes(groupId)) throw new NotFound();
    await mustAdminister(tx, actor, [unitId], dayOf(at));
    mustBeActive((await lockUnits(tx, [unitId]))(unitId));
    const faults = await faultsOfMembership(tx, asked);
    if (faults.length > 0) throw new RuleRefusal('badInput', faults);
    const on = dayToColumn(since);
    if (change === 'join') await tx.groupMember.create({ data: { unitId, groupId, since: on } });
    else await tx.groupMember.updateMany({ where: { unitId, groupId, ...heldAfter(since) }, data: { until: on } });
    await audit(tx, {
      ...{
        at,
        actorId: actor.id,
        action: `unit.${change}_group`,
        subjectType: 'unit',
        subjectId: unitId,
        unitId,
        reason,
      },
      after: { groupId, since },
    });
  });
}

/** What speaks against it: a day not after today, already a member, no member on that day, the group's lead unit. */
export async function faultsOfMembership(
  tx: Tx,
  { unitId, groupId, change, since, at }: ChangeMembership,
): Promise<Fault[]> {
  if (since <= dayOf(at)) return [{ path: 'since', code: 'notBeforeTomorrow' }];
  const held = await tx.groupMember.findFirst({ where: { unitId, groupId, ...heldAfter(since) } });
  if (change === 'join') return held ? [{ path: 'group', code: 'memberAlready' }] : [];
  if (!held || held.since >= dayToColumn(since)) return [{ path: 'group', code: 'noMember' }];
  const led = await tx.unitGroup.findFirst({ where: { id: groupId, leadUnitId: unitId }, select: { id: true } });
  return led ? [{ path: 'group', code: 'leadsGroup' }] : [];
}

function heldAfter(day: Day) {
  return { OR: [{ until: null }, { until: { gt: dayToColumn(day) } }] };
}
