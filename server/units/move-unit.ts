import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { type Day, dayFromColumn, dayOf, dayToColumn } from '../shared/days.ts';
import { type Fault, RuleRefusal } from '../shared/errors.ts';
import { lockTree, lockUnits, mustBeActive } from './lock-unit.ts';
import { mustAdminister } from './unit-policy.ts';

export interface MoveUnit {
  unitId: number;
  /** null: it stands by itself */
  parentId: number | null;
  /** the first day in the new place, after today: what was placed before stays where it was (rules 3, 7) */
  since: Day;
  reason: string;
  at: Date;
}

/**
 * Moves a unit with everything below it under another one from a day on. Refuses whoever does not administer both with 404, ended units
 * with 409, and by field: a day that is not after today, a place that it has already, a move that is planned for later, a circle.
 */
export async function moveUnit(db: PrismaClient, actor: Actor, move: MoveUnit): Promise<void> {
  const { unitId, parentId, since, reason, at } = move;
  await inTransaction(db, async (tx) => {
    await lockTree(tx);
    await mustAdminister(tx, actor, parentId === null ? [unitId] : [unitId, parentId], dayOf(at));
    const unit = await lockUnits(tx, parentId === null ? [unitId] : [unitId, parentId]);
    mustBeActive(unit(unitId));
    if (parentId !== null) mustBeActive(unit(parentId));
    const faults = await faultsOfMove(tx, move);
    if (faults.length > 0) throw new RuleRefusal('badInput', faults);
    const before = await positionOn(tx, unitId, since);
    await writePosition(tx, move, before);
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'unit.move', subjectType: 'unit', subjectId: unitId, unitId, reason },
      before: { parentId: before?.parentId ?? null },
      after: { parentId, since },
    });
  });
}

/** What speaks against a move, by field; for the preview and, under the tree's lock, for the move itself. */
export async function faultsOfMove(tx: Tx, { unitId, parentId, since, at }: MoveUnit): Promise<Fault[]> {
  if (since <= dayOf(at)) return [{ path: 'since', code: 'notBeforeTomorrow' }];
  const later = await tx.unitPosition.findFirst({ where: { unitId, since: { gt: dayToColumn(since) } } });
  if (later) return [{ path: 'since', code: 'plannedLater', values: { day: dayFromColumn(later.since) } }];
  const now = await positionOn(tx, unitId, since);
  if ((now?.parentId ?? null) === parentId) return [{ path: 'parent', code: 'standsThere' }];
  if (parentId !== null && (await standsAbove(tx, unitId, parentId, since)))
    return [{ path: 'parent', code: 'circle' }];
  return [];
}

function positionOn(tx: Tx, unitId: number, day: Day) {
  const on = dayToColumn(day);
  return tx.unitPosition.findFirst({
    where: { unitId, since: { lte: on }, OR: [{ until: null }, { until: { gt: on } }] },
    orderBy: { since: 'desc' },
  });
}

/** Whether a unit is the other one or stands above it on the day or on any later one. */
async function standsAbove(tx: Tx, unitId: number, other: number, since: Day): Promise<boolean> {
  const rows = await tx.$queryRaw<{ unitId: number }[]>`
    WITH RECURSIVE above (unitId) AS (
      SELECT CAST(${other} AS SIGNED)
      UNION
      SELECT p.parentId FROM above JOIN unit_position p ON p.unitId = above.unitId
      WHERE p.parentId IS NOT NULL AND (p.until IS NULL OR p.until > ${dayToColumn(since)})
    ) SELECT unitId FROM above WHERE unitId = ${unitId}`;
  return rows.length > 0;
}

interface Position {
  id: number;
  since: Date;
}

async function writePosition(tx: Tx, { unitId, parentId, since }: MoveUnit, before: Position | null): Promise<void> {
  const on = dayToColumn(since);
  if (before && dayFromColumn(before.since) === since) {
    await tx.unitPosition.update({ where: { id: before.id }, data: { parentId, until: null } });
    return;
  }
  if (before) await tx.unitPosition.update({ where: { id: before.id }, data: { until: on } });
  await tx.unitPosition.create({ data: { unitId, parentId, since: on } });
}
