import type { Tx } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import { allowanceShare } from '../../shared/tender-share.ts';
import { findLineage, type Lineage } from '../../units/lineage.ts';
import { type Amount, countedOf, factsOf, type LineFacts, placedOf, programmesFor } from '../tally/purchase-facts.ts';
import { ALLOWANCE_LEG, standing, type TalliedLine } from '../tally/tally-standing.ts';
import { linesOf, type Purchase } from './re-attribution-purchase.ts';

export interface Move {
  reAttributionId: number;
  purchase: Purchase;
  toUnitId: number;
  day: Day;
  at: Date;
}

interface Written extends Omit<Move, 'toUnitId'> {
  lineage: Lineage;
}

/** Legs of the entries: what the new unit gets, what the old one loses. */
const GIVEN = 0;
const TAKEN = 1;

/**
 * Writes the mirror entries of a re-attribution: what stands placed and counted of every line is taken from the unit that holds it and
 * given to the new one with the place in the tree that it had on the day of placing. A programme in which only the old unit takes part
 * gets the negative leg alone; one in which only the new one does the positive, by what qualifies and by the facts so far (rules 1–6).
 * Dated on this day with the original placing, an adjustment where the programme is closed. Under the purchase's lock.
 */
export async function writeMove(tx: Tx, move: Move): Promise<void> {
  const { purchase } = move;
  const lineage = await findLineage(tx, move.toUnitId, purchase.placedOn);
  const written: Written = { ...move, lineage };
  const facts = await factsOf(tx, purchase);
  for (const line of await linesOf(tx, purchase)) {
    const known = await programmesOf(tx, line);
    await mirror(tx, written, line);
    const found = facts.find(({ lineId }) => lineId === line.lineId);
    if (found) await countAnew(tx, written, found, known);
  }
}

async function programmesOf(tx: Tx, line: TalliedLine): Promise<Set<number>> {
  const rows = await tx.$queryRaw<{ programmeId: number }[]>`SELECT DISTINCT s.programmeId FROM ${standing(line)}`;
  return new Set(rows.map(({ programmeId }) => programmeId));
}

async function mirror(tx: Tx, { reAttributionId, purchase, lineage, day, at }: Written, line: TalliedLine) {
  const orderId = 'orderId' in line ? line.orderId : null;
  const given = Prisma.sql`v.leg = ${GIVEN}`;
  await tx.$executeRaw`
    INSERT INTO tally_entry (programmeId, event, source, sourceId, lineId, leg, orderId, at, onDay, placedOn, lineageId, unitId,
      fundingSource, categoryId, originPlaceId, supplierId, channel, zoneId, fen, grams, isAdjustment)
    SELECT s.programmeId, v.event, 're_attribution', ${reAttributionId}, ${line.lineId},
      v.leg + IF(s.fundingSource = ${purchase.fundingSource}, 0, ${ALLOWANCE_LEG}), ${orderId}, ${at}, ${dayToColumn(day)}, s.placedOn,
      IF(${given}, ${lineage.id}, s.lineageId), IF(${given}, ${lineage.unitId}, s.unitId),
      s.fundingSource, s.categoryId, s.originPlaceId, s.supplierId, s.channel, s.zoneId,
      IF(${given}, 1, -1) * IF(v.event = 'placed', s.placedFen, s.countedFen) AS fen,
      IF(${given}, 1, -1) * IF(v.event = 'placed', s.placedGrams, s.countedGrams) AS grams, p.state = 'closed'
    FROM ${standing(line)} JOIN programme p ON p.id = s.programmeId
    JOIN (SELECT 'placed' AS event, ${GIVEN} AS leg UNION ALL SELECT 'counted', ${GIVEN}
      UNION ALL SELECT 'placed', ${TAKEN} UNION ALL SELECT 'counted', ${TAKEN}) v
    WHERE v.leg = ${TAKEN} OR EXISTS (SELECT 1 FROM programme_participant t
      WHERE t.programmeId = p.id AND LOCATE(CONCAT(',', t.groupId, ','), ${lineage.groupIds}) > 0)
    HAVING fen <> 0 OR grams <> 0`;
}

/** The positive leg alone: programmes in which the purchase did not stand for anyone, unless it was declared too late for them (rule 3). */
async function countAnew(tx: Tx, written: Written, line: LineFacts, known: ReadonlySet<number>): Promise<void> {
  const { purchase, lineage } = written;
  if (!line.isCertified) return;
  for (const programme of await programmesFor(tx, line, purchase, lineage.groupIds)) {
    const isTooLate = line.declaredOn !== null && line.declaredOn > programme.countUntil;
    if (known.has(programme.id) || isTooLate) continue;
    const into = { programmeId: programme.id, isAdjustment: programme.isClosed };
    await give(tx, written, line, into, 'placed', placedOf(line));
    await give(tx, written, line, into, 'counted', countedOf(purchase, line, programme));
  }
}

async function give(
  tx: Tx,
  { reAttributionId, purchase, lineage, day, at }: Written,
  { lineId, categoryId, originPlaceId, supplierId, split }: LineFacts,
  into: { programmeId: number; isAdjustment: boolean },
  event: 'placed' | 'counted',
  { fen, grams }: Amount,
): Promise<void> {
  const { fundingSource, channel, zoneId, placedOn } = purchase;
  const ofAllowance = { fen: allowanceShare(fen, split), grams: allowanceShare(grams, split) };
  const parts = [
    { leg: GIVEN, fundingSource, fen: fen - ofAllowance.fen, grams: grams - ofAllowance.grams },
    { leg: GIVEN + ALLOWANCE_LEG, fundingSource: 'union_funds' as const, ...ofAllowance },
  ];
  for (const part of parts.filter((one) => one.fen !== 0 || one.grams !== 0))
    await tx.tallyEntry.create({
      data: {
        ...into,
        ...{ event, source: 're_attribution', sourceId: reAttributionId, lineId },
        ...{ orderId: purchase.kind === 'order' ? purchase.id : null, at, onDay: dayToColumn(day) },
        ...{ placedOn: dayToColumn(placedOn), lineageId: lineage.id, unitId: lineage.unitId },
        ...{ categoryId, originPlaceId, supplierId, channel, zoneId, ...part },
      },
      select: { id: true },
    });
}
