import { audit } from '../../db/audit.ts';
import type { Db, PrismaClient } from '../../db/client.ts';
import type { UnitMerger } from '../../db/generated/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { addDays, type Day, dayFromColumn, dayOf, dayToColumn } from '../../shared/days.ts';
import { writeMove } from './re-attribution-entries.ts';
import { columnsOf, lockPurchase, type PurchaseKey } from './re-attribution-purchase.ts';

const CHUNK = 50;

/** How many purchases a merger would carry: those that stand for the unit in the programmes open on a day. */
export async function countToCarry(db: Db, unitId: number, day: Day): Promise<number> {
  const [row] = await db.$queryRaw<{ purchases: number | bigint }[]>`
    SELECT COUNT(*) AS purchases FROM (${toCarry(unitId, day)}) x`;
  return Number(row?.purchases ?? 0);
}

/**
 * Goes on with the mergers whose purchases are carried to the successor: each is a re-attribution under its purchase's lock, decided by
 * whoever decided the merger (rule 9). What was carried no longer stands for the merged unit, so that a stopped run finds the rest. Done
 * once its last day is over and nothing is left. Answers how many purchases were carried.
 */
export async function carryMerged(db: PrismaClient, at: Date): Promise<number> {
  const open = await db.unitMerger.findMany({ where: { state: 'carrying' }, orderBy: { id: 'asc' } });
  let carried = 0;
  for (const merger of open) carried += await nextChunk(db, merger, at);
  return carried;
}

async function nextChunk(db: PrismaClient, merger: UnitMerger, at: Date): Promise<number> {
  const lastDay = addDays(dayFromColumn(merger.onDay), -1);
  const rows = await db.$queryRaw<{ kind: PurchaseKey['kind']; id: number }[]>`
    SELECT x.kind, x.id FROM (${toCarry(merger.unitId, lastDay)}) x ORDER BY x.kind, x.id LIMIT ${CHUNK}`;
  let carried = 0;
  for (const { kind, id } of rows) if (await carry(db, merger, { kind, id: Number(id) }, at)) carried += 1;
  if (rows.length === 0 && dayOf(at) > lastDay)
    await db.unitMerger.updateMany({
      where: { id: merger.id, state: 'carrying' },
      data: { state: 'done', finishedAt: at },
    });
  return carried;
}

function carry(db: PrismaClient, merger: UnitMerger, key: PurchaseKey, at: Date): Promise<boolean> {
  const { id: mergerId, unitId, successorId, reason, byId } = merger;
  return inTransaction(db, async (tx) => {
    const purchase = await lockPurchase(tx, key);
    if (purchase.unitId !== unitId || !purchase.stands) return false;
    const { id } = await tx.reAttribution.create({
      data: {
        ...columnsOf(key),
        ...{ fromUnitId: unitId, toUnitId: successorId, reason, state: 'approved', mergerId },
        ...{ requestedById: byId, requestedAt: at, decidedById: byId, decidedAt: at },
      },
      select: { id: true },
    });
    await writeMove(tx, { reAttributionId: id, purchase, toUnitId: successorId, day: dayOf(at), at });
    await tx.unitMerger.update({
      where: { id: mergerId },
      data: { carried: { increment: 1 } },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: byId, action: 're_attribution.carry', subjectType: 're_attribution', subjectId: id, unitId },
      ...{ after: { [key.kind]: key.id, fromUnitId: unitId, toUnitId: successorId }, reason },
    });
    return true;
  });
}

/** Purchases that stand for a unit in the programmes that ran on a day and are still open. */
function toCarry(unitId: number, day: Day): Prisma.Sql {
  const on = dayToColumn(day);
  return Prisma.sql`
    SELECT DISTINCT s.kind, s.id FROM (
      SELECT IF(e.orderId IS NOT NULL, 'order', e.channel) AS kind,
        CASE WHEN e.orderId IS NOT NULL THEN e.orderId WHEN e.channel = 'offline' THEN l.purchaseId ELSE e.lineId END AS id
      FROM tally_entry e JOIN programme p ON p.id = e.programmeId AND p.state = 'open' AND p.startsOn <= ${on} AND p.endsOn >= ${on}
      LEFT JOIN offline_line l ON e.orderId IS NULL AND e.channel = 'offline' AND l.id = e.lineId
      WHERE e.unitId = ${unitId} AND e.event = 'placed'
      GROUP BY e.programmeId, e.orderId, e.channel, e.lineId, l.purchaseId
      HAVING SUM(e.fen) > 0 OR SUM(e.grams) > 0
    ) s`;
}
