import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { FundingSource, Measure } from '../../db/generated/enums.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';

export type EndingWay = 'carry' | 'split' | 'dissolve';

/** What becomes of one target of a unit that ends; fen or grams by the measure. */
export interface TargetFate {
  targetId: number;
  programmeId: number;
  programmeName: string;
  programmeNameEn: string;
  categoryId: number | null;
  placeId: number | null;
  fundingSource: FundingSource | null;
  measure: Measure;
  value: number;
  /** what the unit itself has placed of it and what still stands */
  placed: number;
  /** the unit's target from now on */
  kept: number;
  /** what the successor's target grows by */
  given: number;
  successorBefore: number | null;
  /** the successor takes part in the programme; else nothing passes to it */
  successorTakesPart: boolean;
}

interface Row extends Omit<TargetFate, 'placed' | 'kept' | 'given' | 'successorTakesPart'> {
  takesPart: number | bigint;
  placed: number | string | null;
}

/**
 * What a merger or dissolution makes of a unit's targets in the programmes that run on a day. Carried: the whole target passes to the
 * successor with the purchases. Split: the unit keeps as much of it as it has placed (at most all of it), since those purchases go on to
 * count for it, and the rest passes on. Dissolved: it keeps what it has placed, and nobody gets the rest. A successor outside the
 * programme gets nothing. So the sum of both targets stays what it was wherever there is somebody to take it (rule 9).
 */
export async function planEnding(
  db: Db,
  unitId: number,
  successorId: number | null,
  way: EndingWay,
  day: Day,
): Promise<TargetFate[]> {
  const on = dayToColumn(day);
  const rows = await db.$queryRaw<Row[]>`
    SELECT t.id AS targetId, p.id AS programmeId, p.name AS programmeName, p.nameEn AS programmeNameEn, t.categoryId, t.placeId,
      t.fundingSource, t.measure, v.value,
      (SELECT SUM(IF(t.measure = 'fen', e.fen, e.grams)) FROM tally_entry e JOIN category k ON k.id = e.categoryId
        JOIN place g ON g.id = e.originPlaceId
        WHERE e.programmeId = p.id AND e.unitId = ${unitId} AND e.event = 'placed'
          AND (t.fundingSource IS NULL OR e.fundingSource = t.fundingSource)
          AND (t.categoryId IS NULL OR EXISTS (SELECT 1 FROM category c WHERE c.id = t.categoryId AND LOCATE(c.path, k.path) = 1))
          AND (t.placeId IS NULL OR EXISTS (SELECT 1 FROM place c WHERE c.id = t.placeId AND LOCATE(c.path, g.path) = 1))) AS placed,
      (SELECT w.value FROM target s JOIN target_version w ON w.targetId = s.id
        WHERE s.programmeId = p.id AND s.unitId = ${successorId ?? 0} AND s.scopeKey = t.scopeKey AND s.measure = t.measure
        ORDER BY w.version DESC LIMIT 1) AS successorBefore,
      EXISTS (SELECT 1 FROM (${chainGroups(successorId ?? 0, on)}) j JOIN programme_participant x ON x.groupId = j.groupId
        WHERE x.programmeId = p.id) AS takesPart
    FROM target t JOIN programme p ON p.id = t.programmeId
    JOIN target_version v ON v.targetId = t.id AND v.version = (SELECT MAX(n.version) FROM target_version n WHERE n.targetId = t.id)
    WHERE t.unitId = ${unitId} AND p.state = 'open' AND p.startsOn <= ${on} AND p.endsOn >= ${on} AND v.value > 0
    ORDER BY p.id, t.id`;
  return rows.map(({ takesPart, ...row }) =>
    fateOf({ ...row, value: Number(row.value) }, way, Boolean(Number(takesPart))),
  );
}

function fateOf(row: Omit<Row, 'takesPart'>, way: EndingWay, successorTakesPart: boolean): TargetFate {
  const placed = Number(row.placed ?? 0);
  const kept = way === 'carry' && successorTakesPart ? 0 : Math.min(row.value, Math.max(0, placed));
  const given = way !== 'dissolve' && successorTakesPart ? row.value - kept : 0;
  const successorBefore = row.successorBefore === null ? null : Number(row.successorBefore);
  return { ...row, placed, kept, given, successorBefore, successorTakesPart };
}

/** The groups of a unit and of those above it on a day, as a statement. */
function chainGroups(unitId: number, on: Date): Prisma.Sql {
  return Prisma.sql`WITH RECURSIVE chain (unitId, depth) AS (
      SELECT CAST(${unitId} AS SIGNED), 0
      UNION ALL
      SELECT u.parentId, chain.depth + 1 FROM chain JOIN unit_position u ON u.unitId = chain.unitId
      WHERE u.parentId IS NOT NULL AND u.since <= ${on} AND (u.until IS NULL OR u.until > ${on}) AND chain.depth < 12
    )
    SELECT DISTINCT m.groupId FROM chain JOIN group_member m ON m.unitId = chain.unitId
    WHERE m.since <= ${on} AND (m.until IS NULL OR m.until > ${on})`;
}
