import type { PrismaClient, Tx } from '../../db/client.ts';
import type { Disqualification } from '../../db/generated/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { type Day, dayFromColumn, dayOf, dayToColumn } from '../../shared/days.ts';
import { certificationHolds } from '../../suppliers/valid-certification.ts';
import { ALLOWANCE_LEG, standing, type TalliedLine } from '../tally/tally-standing.ts';
import { type Holder, offlineOf, ordersOf } from './disqualified-purchases.ts';
import { lockPurchase, type PurchaseKey } from './re-attribution-purchase.ts';

const CHUNK = 50;
/** Orders that were being placed when it was approved have been committed after so long; a last pass then finds them. */
const SETTLED_MS = 60_000;

/** Legs of reversing entries: order lines and offline lines are numbered apart. */
const LEG = { order: 1, offline: 2, external: 2 };

/**
 * Goes on with the disqualifications that were approved: takes back all that still stands of what was placed under the certification
 * since its day, whoever it counts for by now, purchase by purchase under its lock and in chunks (rules 1, 4). Bears being stopped at any
 * moment and run again: what no longer stands is not taken twice. Answers how many purchases it looked at.
 */
export async function reverseDisqualified(db: PrismaClient, at: Date): Promise<number> {
  const open = await db.disqualification.findMany({
    where: { state: 'reversing' },
    include: { certification: { select: { supplierId: true, productId: true } } },
    orderBy: { id: 'asc' },
  });
  let seen = 0;
  for (const { certification: holder, ...disqualification } of open) {
    if (isSettling(disqualification, at)) continue;
    seen += await nextChunk(db, disqualification, holder, at);
  }
  return seen;
}

/** Between the first pass and the last. */
function isSettling({ finishedAt, decidedAt }: Disqualification, at: Date): boolean {
  return finishedAt !== null && at.getTime() < (decidedAt?.getTime() ?? 0) + SETTLED_MS;
}

async function nextChunk(db: PrismaClient, mine: Disqualification, holder: Holder, at: Date): Promise<number> {
  const since = dayFromColumn(mine.since);
  const orders = await ordersOf(db, holder, since, mine.lastOrderId, CHUNK);
  for (const id of orders) await reverse(db, mine, holder, { kind: 'order', id }, at);
  const offline = orders.length < CHUNK ? await offlineOf(db, holder, since, mine.lastOfflineId, CHUNK) : [];
  for (const id of offline) await reverse(db, mine, holder, { kind: 'offline', id }, at);
  if (orders.length + offline.length === 0) await endPass(db, mine, at);
  return orders.length + offline.length;
}

async function endPass(db: PrismaClient, { id, decidedAt }: Disqualification, at: Date): Promise<void> {
  const isLast = at.getTime() >= (decidedAt?.getTime() ?? 0) + SETTLED_MS;
  await db.disqualification.updateMany({
    where: { id, state: 'reversing' },
    data: { finishedAt: at, ...(isLast ? { state: 'done' } : { lastOrderId: 0, lastOfflineId: 0 }) },
  });
}

async function reverse(
  db: PrismaClient,
  { id }: Disqualification,
  holder: Holder,
  key: PurchaseKey,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { placedOn } = await lockPurchase(tx, key);
    let written = 0;
    for (const line of await linesUnder(tx, key, holder, placedOn))
      written += await reverseLine(tx, line, { id, leg: LEG[key.kind], at });
    const mark = key.kind === 'order' ? { lastOrderId: key.id } : { lastOfflineId: key.id };
    await tx.disqualification.update({
      where: { id },
      data: { ...mark, ...(written > 0 ? { reversed: { increment: 1 } } : {}) },
      select: { id: true },
    });
  });
}

/** Lines with the holder's goods, unless another certification of the holder's held on the day. */
async function linesUnder(
  tx: Tx,
  { kind, id }: PurchaseKey,
  { supplierId, productId }: Holder,
  placedOn: Day,
): Promise<TalliedLine[]> {
  const holder = productId === null ? Prisma.sql`c.supplierId = ${supplierId}` : Prisma.sql`c.productId = ${productId}`;
  const goods = productId === null ? Prisma.sql`l.supplierId = ${supplierId}` : Prisma.sql`l.productId = ${productId}`;
  const noOther = Prisma.sql`NOT EXISTS (SELECT 1 FROM certification c WHERE ${holder} AND ${certificationHolds(placedOn)})`;
  const rows = await tx.$queryRaw<{ id: number }[]>(
    kind === 'order'
      ? Prisma.sql`SELECT l.id FROM order_line l WHERE l.orderId = ${id} AND ${goods} AND ${noOther} ORDER BY l.id`
      : Prisma.sql`SELECT l.id FROM offline_line l WHERE l.purchaseId = ${id} AND ${goods} AND ${noOther} ORDER BY l.id`,
  );
  return rows.map((line) =>
    kind === 'order' ? { orderId: id, lineId: line.id } : { channel: 'offline', lineId: line.id },
  );
}

/** Takes back all that stands of a line, placed and counted. Answers how many entries it took. */
async function reverseLine(
  tx: Tx,
  line: TalliedLine,
  { id, leg, at }: { id: number; leg: number; at: Date },
): Promise<number> {
  const orderId = 'orderId' in line ? line.orderId : null;
  return tx.$executeRaw`
    INSERT INTO tally_entry (programmeId, event, source, sourceId, lineId, leg, orderId, at, onDay, placedOn, lineageId, unitId,
      fundingSource, categoryId, originPlaceId, supplierId, channel, zoneId, fen, grams, isAdjustment)
    SELECT s.programmeId, v.event, 'disqualification', ${id}, ${line.lineId},
      ${leg} + IF(s.fundingSource <> (SELECT o.fundingSource FROM \`order\` o WHERE o.id = ${orderId}), ${ALLOWANCE_LEG}, 0), ${orderId}, ${at}, ${dayToColumn(dayOf(at))}, s.placedOn, s.lineageId, s.unitId,
      s.fundingSource, s.categoryId, s.originPlaceId, s.supplierId, s.channel, s.zoneId,
      -IF(v.event = 'placed', s.placedFen, s.countedFen) AS fen, -IF(v.event = 'placed', s.placedGrams, s.countedGrams) AS grams,
      p.state = 'closed'
    FROM ${standing(line)} JOIN programme p ON p.id = s.programmeId
    JOIN (SELECT 'placed' AS event UNION ALL SELECT 'counted') v ON TRUE
    HAVING fen <> 0 OR grams <> 0`;
}
