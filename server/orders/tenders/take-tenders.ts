import type { Sql } from '../../db/sql.ts';
import { dayOf } from '../../shared/days.ts';
import { type Fault, RuleRefusal } from '../../shared/errors.ts';
import { type Fen, formatYuan } from '../../shared/money.ts';

export interface TakenTenders {
  orderId: number;
  buyerId: number;
  unitId: number | null;
  allowanceFen: Fen;
  pointsFen: Fen;
  at: Date;
}

/**
 * Spends a welfare allowance and points on an order that is being written, each under the lock of its own row and only if there is so much,
 * so that two checkouts never overspend one: the allowance that the order's unit gave the buyer for this year, and the buyer's points (1 point
 * = 1 fen). Refuses with `notEnoughAllowance` or `notEnoughPoints` by field.
 */
export async function takeTenders(tx: Sql, taken: TakenTenders): Promise<void> {
  if (taken.allowanceFen > 0) await takeAllowance(tx, taken);
  if (taken.pointsFen > 0) await takePoints(tx, taken);
}

async function takeAllowance(tx: Sql, { orderId, buyerId, unitId, allowanceFen, at }: TakenTenders): Promise<void> {
  const year = Number(dayOf(at).slice(0, 4));
  const [allowance] = await tx.$queryRaw<{ id: number; amountFen: number }[]>`
    SELECT id, amountFen FROM welfare_allowance WHERE unitId = ${unitId} AND userId = ${buyerId} AND year = ${year} FOR UPDATE`;
  const [entries] = await tx.$queryRaw<{ fen: unknown }[]>`
    SELECT COALESCE(SUM(fen), 0) AS fen FROM allowance_entry WHERE allowanceId = ${allowance?.id ?? 0}`;
  const leftFen = (allowance?.amountFen ?? 0) + Number(entries?.fen ?? 0);
  if (!allowance || leftFen < allowanceFen) throw refusal('allowanceFen', 'notEnoughAllowance', leftFen);
  await tx.$executeRaw`
    INSERT INTO allowance_entry (allowanceId, orderId, source, sourceId, fen, at)
    VALUES (${allowance.id}, ${orderId}, 'order', ${orderId}, ${-allowanceFen}, ${at})`;
}

async function takePoints(tx: Sql, { orderId, buyerId, pointsFen, at }: TakenTenders): Promise<void> {
  const taken = await tx.$executeRaw`
    UPDATE point_balance SET points = points - ${pointsFen} WHERE userId = ${buyerId} AND points >= ${pointsFen}`;
  if (taken === 0) {
    const [balance] = await tx.$queryRaw<{ points: number }[]>`
      SELECT points FROM point_balance WHERE userId = ${buyerId}`;
    throw refusal('pointsFen', 'notEnoughPoints', balance?.points ?? 0);
  }
  await tx.$executeRaw`
    INSERT INTO point_entry (userId, orderId, kind, source, sourceId, points, at)
    VALUES (${buyerId}, ${orderId}, 'spent', 'order', ${orderId}, ${-pointsFen}, ${at})`;
}

function refusal(field: string, code: string, leftFen: Fen): RuleRefusal {
  const fault: Fault = { path: `tenders.${field}`, code, values: { left: formatYuan(Math.max(0, leftFen)) } };
  return new RuleRefusal(code, [fault], fault.values);
}
