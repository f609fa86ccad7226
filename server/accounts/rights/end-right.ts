import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import type { RoleGrant } from '../../db/generated/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { type Day, dayOf, dayToColumn } from '../../shared/days.ts';
import { NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { type Actor, hasRole } from '../actor.ts';
import { RIGHT_CHANGED, type RightChanged } from './right-changed.ts';
import { mayDecideRight } from './right-policy.ts';

/**
 * Ends a right today, at once: rights are read with every request. The market keeps an operator, and who is no operator leaves a unit
 * an approver and a supplier somebody who acts for it. Throws NotFound, StateConflict `rightEnded`; refuses with `lastOperator` and
 * `lastOfItsPeople`.
 */
export async function endRight(
  db: PrismaClient,
  by: Actor,
  grantId: number,
  reason: string,
  at: Date,
): Promise<RoleGrant> {
  return inTransaction(db, async (tx) => {
    const today = dayOf(at);
    const seen = await tx.roleGrant.findUnique({ where: { id: grantId } });
    if (!seen || !mayDecideRight(by, seen)) throw new NotFound();
    if (seen.role === 'operator') await keepOne(tx, seen, today, 'lastOperator');
    else if (!hasRole(by, 'operator') && seen.role !== 'buyer') await keepOne(tx, seen, today, 'lastOfItsPeople');
    const day = dayToColumn(today);
    const { count } = await tx.roleGrant.updateMany({
      where: { id: grantId, OR: [{ until: null }, { until: { gt: day } }] },
      data: { until: day },
    });
    if (count !== 1) throw new StateConflict('rightEnded');
    await audit(tx, {
      ...{ at, actorId: by.id, action: 'right.end', subjectType: 'user', subjectId: seen.userId },
      ...{ unitId: seen.unitId, before: { grantId, role: seen.role }, reason },
    });
    await enqueue(tx, RIGHT_CHANGED, [{ grantId, what: 'ended', reason } satisfies RightChanged]);
    return seen;
  });
}

/** Locks all who hold the same, in key order: two who end each other's right at once leave one. */
async function keepOne(tx: Tx, { id, role, unitId, supplierId }: RoleGrant, today: Day, code: string): Promise<void> {
  const of = supplierId === null ? Prisma.sql`unitId <=> ${unitId}` : Prisma.sql`supplierId = ${supplierId}`;
  const holders = await tx.$queryRaw<{ id: number }[]>`
    SELECT g.id FROM role_grant g WHERE ${of} AND g.role = ${role}
      AND g.since <= ${today} AND (g.until IS NULL OR g.until > ${today}) ORDER BY g.id FOR UPDATE`;
  const active = await tx.roleGrant.count({
    where: { id: { in: holders.map((one) => one.id), not: id }, user: { disabledAt: null } },
  });
  if (holders.some((one) => one.id === id) && active === 0) throw new RuleRefusal(code);
}
