import type { PrismaClient } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { TakingInStep } from '../../db/generated/enums.ts';
import { inFastTransaction } from '../../db/in-transaction.ts';
import type { Sql } from '../../db/sql.ts';
import { dayToColumn } from '../../shared/days.ts';
import { listOf } from '../board/progress-queries.ts';
import { toldDeclared } from './programme-declared-facts.ts';
import { toldOrders } from './programme-order-facts.ts';
import { entriesOf, type ToldEntry } from './programme-retelling.ts';
import { type LoadedRule, loadRule } from './programme-rule.ts';

const CHUNK = 25;
const SLICE_MS = 3_000;

interface Cursor {
  step: TakingInStep;
  cursorDay: Date;
  cursorId: number;
}

/**
 * Takes the purchases from before a programme was opened into its tally, chunk by chunk, for some seconds; false when nothing is left.
 * A killed run is taken up where its last chunk was committed.
 *
 * None is lost or doubled: a placing writes its day into its order's row before it reads which programmes are open. One that read
 * "draft" thus held that row when the opening was committed, and the locking reads here, which began after that, wait for it and see
 * what it placed. One that writes its row later reads "open" and writes the entries itself; those orders are left alone. Receipts,
 * refunds and re-attributions of an order wait for its chunk, or come before it and are told by it.
 */
export async function takeInEarlier(db: PrismaClient, programmeId: number, now: () => Date): Promise<boolean> {
  for (const until = Date.now() + SLICE_MS; Date.now() < until; )
    if (!(await takeInChunk(db, programmeId, now()))) return false;
  return true;
}

/** One chunk under the locks of its purchases; false when nothing is left. */
export async function takeInChunk(db: PrismaClient, programmeId: number, at: Date): Promise<boolean> {
  return inFastTransaction(db, async (tx) => {
    const [cursor] = await tx.$queryRaw<Cursor[]>`
      SELECT step, cursorDay, cursorId FROM programme_taking_in WHERE programmeId = ${programmeId} AND finishedAt IS NULL FOR UPDATE`;
    if (!cursor) return false;
    const rule = await loadRule(tx, programmeId);
    const ids = await lockNext(tx, rule, cursor);
    await writeMissing(tx, programmeId, await entriesOfChunk(tx, rule, cursor.step, ids));
    const next = await after(tx, rule, cursor, ids);
    await tx.$executeRaw`
      UPDATE programme_taking_in SET done = done + ${ids.length}, step = ${next?.step ?? cursor.step},
        cursorDay = ${next?.cursorDay ?? cursor.cursorDay}, cursorId = ${next?.cursorId ?? cursor.cursorId},
        finishedAt = ${next ? null : at}
      WHERE programmeId = ${programmeId}`;
    return next !== null;
  });
}

/** Locks the next purchases of the period, orders day by day along their index; also those that are being placed right now. */
async function lockNext(tx: Sql, { startsOn, endsOn }: LoadedRule, cursor: Cursor): Promise<number[]> {
  const { step, cursorDay, cursorId } = cursor;
  const rows = await tx.$queryRaw<{ id: number }[]>(
    step === 'orders'
      ? Prisma.sql`SELECT id FROM \`order\` WHERE placedOn = ${cursorDay} AND id > ${cursorId} ORDER BY id LIMIT ${CHUNK} FOR UPDATE`
      : Prisma.sql`SELECT id FROM ${Prisma.raw(`${step}_purchase`)}
          WHERE id > ${cursorId} AND purchasedOn BETWEEN ${startsOn} AND ${endsOn} ORDER BY id LIMIT ${CHUNK} FOR UPDATE`,
  );
  return rows.map(({ id }) => id);
}

/** Where the next chunk begins; null after the last. */
async function after(tx: Sql, { startsOn, endsOn }: LoadedRule, cursor: Cursor, ids: readonly number[]) {
  const last = ids.at(-1);
  if (last !== undefined) return { ...cursor, cursorId: last };
  if (cursor.step === 'external') return null;
  if (cursor.step === 'offline') return { step: 'external', cursorDay: startsOn, cursorId: 0 } as const;
  const [next] = await tx.$queryRaw<{ placedOn: Date }[]>`
    SELECT placedOn FROM \`order\` WHERE placedOn > ${cursor.cursorDay} AND placedOn <= ${endsOn} ORDER BY placedOn LIMIT 1 FOR UPDATE`;
  return next
    ? ({ step: 'orders', cursorDay: next.placedOn, cursorId: 0 } as const)
    : ({ step: 'offline', cursorDay: startsOn, cursorId: 0 } as const);
}

async function entriesOfChunk(
  tx: Sql,
  rule: LoadedRule,
  step: TakingInStep,
  ids: readonly number[],
): Promise<ToldEntry[]> {
  if (ids.length === 0) return [];
  if (step === 'orders') {
    const orders = await toldOrders(tx, rule, ids);
    return orders.flatMap(({ purchase, way }) =>
      entriesOf(purchase, { ...rule, countsBy: (by) => rule.countsBy(by, way) }),
    );
  }
  const purchases = await toldDeclared(tx, rule, step, ids);
  return purchases.flatMap((purchase) =>
    entriesOf(purchase, { ...rule, countsBy: (by) => rule.countsBy(by, 'declared') }),
  );
}

const keyOf = (entry: Pick<ToldEntry, 'source' | 'sourceId' | 'lineId' | 'event' | 'leg'>) =>
  `${entry.source} ${entry.sourceId} ${entry.lineId} ${entry.event} ${entry.leg}`;

/** Writes those whose key is not there yet: a re-attribution into the programme may have come before, and is the same entry. */
async function writeMissing(tx: Sql, programmeId: number, entries: readonly ToldEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const there = await tx.$queryRaw<ToldEntry[]>`
    SELECT source, sourceId, lineId, event, leg FROM tally_entry
    WHERE programmeId = ${programmeId} AND (orderId IN (${listOf(entries.map(({ orderId }) => orderId ?? 0))})
      OR (orderId IS NULL AND lineId IN (${listOf(entries.map(({ lineId }) => lineId))})))`;
  const known = new Set(there.map(keyOf));
  const rows = entries
    .filter((entry) => !known.has(keyOf(entry)))
    .map(
      (
        entry,
      ) => Prisma.sql`(${programmeId}, ${entry.event}, ${entry.source}, ${entry.sourceId}, ${entry.lineId}, ${entry.leg},
        ${entry.orderId}, ${entry.at}, ${dayToColumn(entry.onDay)}, ${dayToColumn(entry.placedOn)}, ${entry.lineageId}, ${entry.unitId},
        ${entry.fundingSource}, ${entry.categoryId}, ${entry.originPlaceId}, ${entry.supplierId}, ${entry.channel}, ${entry.zoneId},
        ${entry.fen}, ${entry.grams})`,
    );
  if (rows.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO tally_entry (programmeId, event, source, sourceId, lineId, leg, orderId, at, onDay, placedOn, lineageId, unitId,
      fundingSource, categoryId, originPlaceId, supplierId, channel, zoneId, fen, grams)
    VALUES ${Prisma.join(rows)}`;
}
