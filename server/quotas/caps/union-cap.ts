import type { Sql } from '../../db/sql.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import { RuleRefusal } from '../../shared/errors.ts';
import { formatYuan } from '../../shared/money.ts';

export interface UnionPurchase {
  orderId: number;
  unitId: number;
  /** goods less discount, without freight */
  fen: number;
  day: Day;
  at: Date;
  /** of the request, where a refusal is shown; left out: the funding source */
  field?: string;
}

/**
 * Takes an order's part of what a unit may spend of union funds in the year: the cap per employee × its employees, or its own share,
 * in each programme in which it takes part (rule 10). Conditional counters, as for goods. Refuses with `overUnionCap`.
 */
export async function takeUnionCaps(
  tx: Sql,
  { orderId, unitId, fen, day, at, field = 'fundingSource' }: UnionPurchase,
): Promise<void> {
  for (const { id, most } of await unionCapsOf(tx, unitId, day)) {
    await tx.$executeRaw`
      INSERT INTO cap_counter (capId, holderId, used) VALUES (${id}, ${unitId}, 0) ON DUPLICATE KEY UPDATE used = used`;
    const taken = await tx.$executeRaw`
      UPDATE cap_counter SET used = used + ${fen}
      WHERE capId = ${id} AND holderId = ${unitId} AND used + ${fen} <= COALESCE(limitValue, ${most})`;
    if (taken === 0) {
      const [counter] = await tx.$queryRaw<{ used: unknown; most: unknown }[]>`
        SELECT used, COALESCE(limitValue, ${most}) AS most FROM cap_counter WHERE capId = ${id} AND holderId = ${unitId}`;
      const [limit, used] = [Number(counter?.most ?? most), Number(counter?.used ?? 0)];
      const values = { limit: formatYuan(limit), left: formatYuan(Math.max(0, limit - used)) };
      throw new RuleRefusal('overUnionCap', [{ path: field, code: 'overUnionCap', values }], values);
    }
    await tx.$executeRaw`
      INSERT INTO cap_movement (capId, holderId, source, sourceId, value, at) VALUES (${id}, ${unitId}, 'order', ${orderId}, ${fen}, ${at})`;
  }
}

/** The caps on union funds that hold for a unit on a day, kept from being changed until the order is written. */
function unionCapsOf(tx: Sql, unitId: number, day: Day): PromiseLike<{ id: number; most: number | bigint }[]> {
  const on = dayToColumn(day);
  return tx.$queryRaw<{ id: number; most: number | bigint }[]>`
    WITH RECURSIVE chain (unitId, depth) AS (
      SELECT CAST(${unitId} AS SIGNED), 0
      UNION ALL
      SELECT x.parentId, chain.depth + 1 FROM chain JOIN unit_position x ON x.unitId = chain.unitId
      WHERE x.parentId IS NOT NULL AND x.since <= ${on} AND (x.until IS NULL OR x.until > ${on}) AND chain.depth < 12
    )
    SELECT c.id, c.limitValue * u.employees AS most
    FROM cap c JOIN unit u ON u.id = ${unitId}
    WHERE c.kind = 'employee_union_year' AND c.startsOn <= ${on} AND c.endsOn >= ${on} AND EXISTS (
      SELECT 1 FROM programme_participant t JOIN group_member m ON m.groupId = t.groupId JOIN chain ON chain.unitId = m.unitId
      WHERE t.programmeId = c.programmeId AND m.since <= ${on} AND (m.until IS NULL OR m.until > ${on}))
    ORDER BY c.id LOCK IN SHARE MODE`;
}

/** Gives back what an order no longer spends of its caps on union funds (fen), or all but what it still does: each refund and receipt once. */
export async function giveBackUnionCaps(
  tx: Sql,
  orderId: number,
  part: { source: 'refund' | 'receipt'; sourceId: number } & ({ fen: number } | { keptFen: number }),
  at: Date,
): Promise<void> {
  if ('fen' in part && part.fen <= 0) return;
  for (const { capId, holderId, left } of await heldBy(tx, orderId)) {
    const fen = 'fen' in part ? part.fen : Number(left) - part.keptFen;
    if (fen > 0) await move(tx, capId, holderId, { source: part.source, sourceId: part.sourceId, fen }, at);
  }
}

/** Takes again what an order had given back of its caps on union funds (fen), while it is there. Refuses with `overUnionCap`. */
export async function takeUnionCapsAgain(
  tx: Sql,
  orderId: number,
  { sourceId, fen }: { sourceId: number; fen: number },
  at: Date,
): Promise<void> {
  if (fen <= 0) return;
  for (const { capId, holderId } of await heldBy(tx, orderId)) {
    const taken = await tx.$executeRaw`
      UPDATE cap_counter k JOIN cap c ON c.id = k.capId JOIN unit u ON u.id = k.holderId SET k.used = k.used + ${fen}
      WHERE k.capId = ${capId} AND k.holderId = ${holderId} AND k.used + ${fen} <= COALESCE(k.limitValue, c.limitValue * u.employees)`;
    if (taken === 0) throw new RuleRefusal('capTakenMeanwhile', [{ path: 'lines', code: 'capTakenMeanwhile' }]);
    await tx.$executeRaw`
      INSERT INTO cap_movement (capId, holderId, source, sourceId, value, at) VALUES (${capId}, ${holderId}, 'receipt', ${sourceId}, ${fen}, ${at})`;
  }
}

/** Gives back all that an order still holds of its caps on union funds, once. */
export async function releaseUnionCaps(tx: Sql, orderId: number, at: Date): Promise<void> {
  for (const { capId, holderId, left } of await heldBy(tx, orderId))
    if (Number(left) > 0)
      await move(tx, capId, holderId, { source: 'release', sourceId: orderId, fen: Number(left) }, at);
}

function heldBy(tx: Sql, orderId: number) {
  return tx.$queryRaw<{ capId: number; holderId: number; left: number | bigint }[]>`
    SELECT m.capId, m.holderId, m.value
      + COALESCE((SELECT SUM(r.value) FROM cap_movement r JOIN refund x ON x.id = r.sourceId AND x.orderId = ${orderId}
          WHERE r.capId = m.capId AND r.source = 'refund'), 0)
      + COALESCE((SELECT SUM(r.value) FROM cap_movement r JOIN receipt x ON x.id = r.sourceId JOIN fulfilment f ON f.id = x.fulfilmentId
          WHERE f.orderId = ${orderId} AND r.capId = m.capId AND r.source = 'receipt'), 0) AS \`left\`
    FROM cap c JOIN cap_movement m ON m.capId = c.id AND m.source = 'order' AND m.sourceId = ${orderId}
    WHERE c.kind = 'employee_union_year' ORDER BY m.capId`;
}

async function move(
  tx: Sql,
  capId: number,
  holderId: number,
  { source, sourceId, fen }: { source: string; sourceId: number; fen: number },
  at: Date,
): Promise<void> {
  await tx.$executeRaw`UPDATE cap_counter SET used = used - ${fen} WHERE capId = ${capId} AND holderId = ${holderId}`;
  await tx.$executeRaw`
    INSERT INTO cap_movement (capId, holderId, source, sourceId, value, at) VALUES (${capId}, ${holderId}, ${source}, ${sourceId}, ${-fen}, ${at})`;
}
