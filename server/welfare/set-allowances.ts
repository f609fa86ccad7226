import { type Actor, unitsApprovedFor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { dayOf } from '../shared/days.ts';
import { BadInput, type Fault, NotFound } from '../shared/errors.ts';
import type { Fen } from '../shared/money.ts';

const AT_ONCE = 500;

interface Standing {
  id: number;
  userId: number;
  amountFen: Fen;
  spentFen: Fen;
}

/** Whether the actor answers for the unit's union funds. */
export const mayGrant = (actor: Actor, unitId: number) => unitsApprovedFor(actor).includes(unitId);

/**
 * Sets what employees of a unit have of its union funds in the year of `at` (fen each; not added, so that a form sent twice grants once).
 * It lapses at the end of that year. Spending takes the cap on union funds (rule 10), granting does not: what lapses was never spent.
 * Refuses with 404 who does not approve for the unit, with `allowanceSpent` less than somebody has spent. Answers how many changed; each
 * change is audited (rule 32).
 */
export async function setAllowances(
  db: PrismaClient,
  actor: Actor,
  unitId: number,
  amounts: ReadonlyMap<number, Fen>,
  at: Date,
): Promise<number> {
  if (!mayGrant(actor, unitId)) throw new NotFound();
  return inTransaction(db, async (tx) => {
    const userIds = [...amounts.keys()].sort((a, b) => a - b);
    const standing = await lockAllowances(tx, unitId, yearOf(at), userIds);
    const faults = standing
      .filter(({ userId, spentFen }) => (amounts.get(userId) ?? 0) < spentFen)
      .map((): Fault => ({ path: 'amount', code: 'allowanceSpent' }));
    if (faults.length > 0) throw new BadInput(faults.slice(0, 1));
    return write(tx, actor, unitId, standing, ({ userId }) => amounts.get(userId) ?? 0, 'allowance.set', null, at);
  });
}

/**
 * Withdraws what nobody has spent yet of a unit's allowances of the year of `at`, with a reason (rule 32). Refuses with 404 who does not
 * approve for the unit. Answers how many employees it was withdrawn from.
 */
export async function withdrawAllowances(
  db: PrismaClient,
  actor: Actor,
  unitId: number,
  reason: string,
  at: Date,
): Promise<number> {
  if (!mayGrant(actor, unitId)) throw new NotFound();
  return inTransaction(db, async (tx) => {
    const holders = await tx.welfareAllowance.findMany({
      where: { unitId, year: yearOf(at) },
      select: { userId: true },
    });
    const userIds = holders.map(({ userId }) => userId).sort((a, b) => a - b);
    const standing = await lockAllowances(tx, unitId, yearOf(at), userIds);
    return write(tx, actor, unitId, standing, ({ spentFen }) => spentFen, 'allowance.withdraw', reason, at);
  });
}

export const yearOf = (at: Date) => Number(dayOf(at).slice(0, 4));

/** The employees' allowances of the year, made where there were none and locked in the order of people; then what is spent of them. */
async function lockAllowances(tx: Tx, unitId: number, year: number, userIds: readonly number[]): Promise<Standing[]> {
  const standing: Standing[] = [];
  for (let from = 0; from < userIds.length; from += AT_ONCE) {
    const some = userIds.slice(from, from + AT_ONCE);
    const rows = some.map((userId) => Prisma.sql`(${unitId}, ${userId}, ${year}, 0)`);
    await tx.$executeRaw`
      INSERT INTO welfare_allowance (unitId, userId, year, amountFen) VALUES ${Prisma.join(rows)}
      ON DUPLICATE KEY UPDATE amountFen = amountFen`;
    const locked = await tx.$queryRaw<{ id: number; userId: number; amountFen: number }[]>`
      SELECT id, userId, amountFen FROM welfare_allowance
      WHERE unitId = ${unitId} AND year = ${year} AND userId IN (${Prisma.join(some)}) ORDER BY userId FOR UPDATE`;
    const spent = await tx.allowanceEntry.groupBy({
      by: ['allowanceId'],
      where: { allowanceId: { in: locked.map(({ id }) => id) } },
      _sum: { fen: true },
    });
    const spentBy = new Map(spent.map(({ allowanceId, _sum }) => [allowanceId, -(_sum.fen ?? 0)]));
    standing.push(...locked.map((row) => ({ ...row, spentFen: spentBy.get(row.id) ?? 0 })));
  }
  return standing;
}

async function write(
  tx: Tx,
  actor: Actor,
  unitId: number,
  standing: readonly Standing[],
  amountOf: (one: Standing) => Fen,
  action: string,
  reason: string | null,
  at: Date,
): Promise<number> {
  const changed = standing.filter((one) => amountOf(one) !== one.amountFen);
  for (let from = 0; from < changed.length; from += AT_ONCE) {
    const some = changed.slice(from, from + AT_ONCE);
    const rows = some.map((one) => Prisma.sql`(${unitId}, ${one.userId}, ${yearOf(at)}, ${amountOf(one)})`);
    await tx.$executeRaw`
      INSERT INTO welfare_allowance (unitId, userId, year, amountFen) VALUES ${Prisma.join(rows)}
      ON DUPLICATE KEY UPDATE amountFen = VALUES(amountFen)`;
    await audit(
      tx,
      ...some.map((one) => ({
        ...{ at, actorId: actor.id, action, subjectType: 'welfare_allowance', subjectId: one.id, unitId, reason },
        before: { amountFen: one.amountFen },
        after: { amountFen: amountOf(one) },
      })),
    );
  }
  return changed.length;
}
