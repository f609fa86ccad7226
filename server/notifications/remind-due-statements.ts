import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { addDays, dayFromColumn, dayOf, dayToColumn } from '../shared/days.ts';
import { formatYuan } from '../shared/money.ts';
import { notify } from './notify.ts';
import { peopleOf } from './tell-of-statements.ts';

const WITHIN_DAYS = 7;
/** Longer ago it was told; what a new market finds older than that is on the overdue list anyway. */
const FORGOTTEN_AFTER_DAYS = 30;
const UNPAID = ['open', 'buyer_confirmed', 'supplier_confirmed', 'confirmed', 'invoiced'] as const;

/**
 * Reminds the payer's buyers and approvers of statements that are due: seven days before, on the day, and seven days after, then the
 * supplier too (rule 27); each once for a day on which it is due, so that an extension reminds anew. May run as often as it likes.
 */
export async function remindDueStatements(db: PrismaClient, now: Date): Promise<void> {
  const today = dayOf(now);
  const statements = await db.statement.findMany({
    where: {
      state: { in: [...UNPAID] },
      dueOn: { gte: dayToColumn(addDays(today, -FORGOTTEN_AFTER_DAYS)), lte: dayToColumn(addDays(today, WITHIN_DAYS)) },
      totalFen: { gt: 0 },
    },
    orderBy: { id: 'asc' },
    select: {
      ...{ id: true, referenceCode: true, dueOn: true, unitId: true, supplierId: true, totalFen: true },
      supplier: { select: { name: true, nameEn: true } },
    },
  });
  for (const { id, referenceCode, dueOn, unitId, supplierId, totalFen, supplier } of statements) {
    if (!dueOn) continue;
    const day = dayFromColumn(dueOn);
    const when = day > today ? 'soon' : addDays(day, WITHIN_DAYS) <= today ? 'late' : 'now';
    const told = await peopleOf(db, { unitId }, today);
    if (when === 'late') told.push(...(await peopleOf(db, { supplierId }, today)));
    await notify(
      db,
      [...new Set(told)].map((userId) => ({
        userId,
        kind: `statement_due_${when}` as const,
        data: {
          ...{ code: referenceCode, day, fen: formatYuan(totalFen) },
          ...{ supplier: supplier.name, supplierEn: supplier.nameEn },
        },
        link: pathTo('statement', { id }),
        dedupeKey: `statement_due_${when} ${id} ${day}`,
      })),
    );
  }
}
