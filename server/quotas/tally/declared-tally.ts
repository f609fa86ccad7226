import type { Tx } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { type Day, dayOf, dayToColumn } from '../../shared/days.ts';
import { certificationHolds } from '../../suppliers/valid-certification.ts';
import type { Lineage } from '../../units/lineage.ts';
import { goodsQualify, takesPart } from './qualifying.ts';
import { COPIED, standing } from './tally-standing.ts';

export type DeclaredKind = 'offline' | 'external';

/** A reversal's leg, so that it can have the same source as what it reverses. */
const REVERSING_LEG = 1;

/** The lines of both kinds as the tally looks at them; an external line is a purchase of its own. */
const LINES: Record<DeclaredKind, Prisma.Sql> = {
  offline: Prisma.sql`SELECT l.id AS lineId, o.id AS purchaseId, o.fundingSource, l.categoryId, l.originPlaceId, l.supplierId, l.fen, l.grams
    FROM offline_line l JOIN offline_purchase o ON o.id = l.purchaseId`,
  external: Prisma.sql`SELECT l.id AS lineId, l.id AS purchaseId, l.fundingSource, l.categoryId, l.originPlaceId, NULL AS supplierId, l.fen, l.grams
    FROM external_purchase l`,
};

export interface DeclaredPlacing {
  kind: DeclaredKind;
  lineIds: readonly number[];
  /** of whom it counts for, on the day of purchase */
  lineage: Lineage;
  purchasedOn: Day;
  at: Date;
  /** an import is checked before and so counts at once */
  counts: boolean;
}

/**
 * Writes the placed entries of lines bought elsewhere by one unit on one day, and the counted ones where it counts at once: in the
 * programmes of the day of purchase by participants, origin and category, and only if a certified supplier that is named was certified
 * on that day (rules 1, 2, 14, 15). After a programme's `countUntil` nothing; in a closed one before it as a marked adjustment (rules 3, 4).
 */
export async function placeDeclared(tx: Tx, placing: DeclaredPlacing): Promise<void> {
  const { kind, lineIds, lineage, purchasedOn, at, counts } = placing;
  if (lineIds.length === 0) return;
  const [bought, on] = [dayToColumn(purchasedOn), dayToColumn(dayOf(at))];
  const events = counts
    ? Prisma.sql`(SELECT 'placed' AS event UNION ALL SELECT 'counted')`
    : Prisma.sql`(SELECT 'placed' AS event)`;
  await tx.$executeRaw`
    INSERT INTO tally_entry (programmeId, event, source, sourceId, lineId, leg, at, onDay, placedOn, lineageId, unitId,
      fundingSource, categoryId, originPlaceId, supplierId, channel, fen, grams, isAdjustment)
    SELECT p.id, v.event, ${kind}, x.purchaseId, x.lineId, 0, ${at}, ${on}, ${bought}, ${lineage.id}, ${lineage.unitId},
      x.fundingSource, x.categoryId, x.originPlaceId, x.supplierId, ${kind}, x.fen, x.grams, p.state = 'closed'
    FROM (${LINES[kind]} WHERE l.id IN (${Prisma.join([...lineIds])})) x
    JOIN category k ON k.id = x.categoryId
    JOIN place g ON g.id = x.originPlaceId
    JOIN programme p ON p.state <> 'draft' AND p.startsOn <= ${bought} AND p.endsOn >= ${bought} AND p.countUntil >= ${on}
    JOIN ${events} v
    WHERE (x.supplierId IS NULL OR EXISTS (
        SELECT 1 FROM certification c WHERE c.supplierId = x.supplierId AND ${certificationHolds(purchasedOn)}))
      AND ${takesPart(lineage.groupIds)}
      AND ${goodsQualify()}`;
}

/** Writes the counted entries of a verified purchase: all that stands placed of its lines, for whom it counts now (rules 2, 3, 6). */
export async function countDeclared(tx: Tx, purchaseId: number, lineIds: readonly number[], at: Date): Promise<void> {
  const on = dayToColumn(dayOf(at));
  for (const lineId of lineIds)
    await tx.$executeRaw`
      INSERT INTO tally_entry (event, source, sourceId, lineId, leg, at, onDay, placedOn, ${COPIED}, fen, grams, isAdjustment)
      SELECT 'counted', 'offline', ${purchaseId}, ${lineId}, 0, ${at}, ${on}, s.placedOn,
        s.programmeId, s.lineageId, s.unitId, s.fundingSource, s.categoryId, s.originPlaceId, s.supplierId, s.channel, s.zoneId,
        s.placedFen - s.countedFen, s.placedGrams - s.countedGrams, p.state = 'closed'
      FROM ${standing({ channel: 'offline', lineId })} JOIN programme p ON p.id = s.programmeId
      WHERE p.countUntil >= ${on} AND (s.placedFen > s.countedFen OR s.placedGrams > s.countedGrams)`;
}

export interface DeclaredReversal {
  kind: DeclaredKind;
  /** the purchase that was returned or withdrawn, or the change that a later list told */
  sourceId: number;
  lineId: number;
  /** null: all that stands */
  part: { fen: number; grams: number } | null;
  at: Date;
}

/** Takes back a line, or a part of it, never more than what still stands, from whom it counts for now (rules 4, 6). */
export async function reverseDeclared(tx: Tx, { kind, sourceId, lineId, part, at }: DeclaredReversal): Promise<void> {
  const on = dayToColumn(dayOf(at));
  await tx.$executeRaw`
    INSERT INTO tally_entry (event, source, sourceId, lineId, leg, at, onDay, placedOn, ${COPIED}, fen, grams, isAdjustment)
    SELECT v.event, ${kind}, ${sourceId}, ${lineId}, ${REVERSING_LEG}, ${at}, ${on}, s.placedOn,
      s.programmeId, s.lineageId, s.unitId, s.fundingSource, s.categoryId, s.originPlaceId, s.supplierId, s.channel, s.zoneId,
      ${takenBack('Fen', part?.fen)}, ${takenBack('Grams', part?.grams)}, p.state = 'closed'
    FROM ${standing({ channel: kind, lineId })} JOIN programme p ON p.id = s.programmeId
    JOIN (SELECT 'placed' AS event UNION ALL SELECT 'counted') v ON v.event = 'placed' OR s.countedFen > 0 OR s.countedGrams > 0
    HAVING fen <> 0 OR grams <> 0`;
}

function takenBack(measure: 'Fen' | 'Grams', part: number | undefined): Prisma.Sql {
  const stands = Prisma.raw(`IF(v.event = 'placed', s.placed${measure}, s.counted${measure})`);
  const taken = part === undefined ? stands : Prisma.sql`LEAST(${part}, ${stands})`;
  return Prisma.sql`-${taken} AS ${Prisma.raw(measure.toLowerCase())}`;
}

/** Which unit a purchase counts for: the one that it was last re-attributed to, else its own (rule 6). */
export async function holderOf(tx: Tx, kind: DeclaredKind, purchaseId: number, unitId: number): Promise<number> {
  const moved = await tx.reAttribution.findFirst({
    where: { [`${kind}Id`]: purchaseId, state: 'approved' },
    orderBy: [{ decidedAt: 'desc' }, { id: 'desc' }],
    select: { toUnitId: true },
  });
  return moved?.toUnitId ?? unitId;
}
