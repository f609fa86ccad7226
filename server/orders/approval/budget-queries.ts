import type { Db } from '../../db/client.ts';
import type { FundingSource, OverBudget } from '../../db/generated/enums.ts';
import type { Sql } from '../../db/sql.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import { findPayer } from '../../units/unit-queries.ts';

/** What a unit set aside from one funding source for a calendar year, and what of it its purchases have used, fen. */
export interface BudgetUse {
  unitId: number;
  fundingSource: FundingSource;
  amountFen: number;
  usedFen: number;
}

/** The budgets of units for the year of a day; a unit without one has no row. */
export async function budgetsOf(db: Db, unitIds: readonly number[], today: Day): Promise<BudgetUse[]> {
  const year = Number(today.slice(0, 4));
  const budgets = await db.unitBudget.findMany({ where: { unitId: { in: [...unitIds] }, year } });
  return Promise.all(
    budgets.map(async ({ unitId, fundingSource, amountFen }) => ({
      ...{ unitId, fundingSource, amountFen: Number(amountFen) },
      usedFen: await budgetUsed(db, { unitId, fundingSource }, year),
    })),
  );
}

/**
 * What a unit's purchases of a calendar year have used of its budget, fen: from placing on what is owed for goods and freight, less
 * what was given back or did not come, with what weighed more (rules 4, 25), in the year of the placing whenever that happened.
 */
export async function budgetUsed(
  tx: Sql,
  { unitId, fundingSource }: { unitId: number; fundingSource: FundingSource },
  year: number,
): Promise<number> {
  const [used] = await tx.$queryRaw<{ fen: number | bigint | null }[]>`
    SELECT SUM(o.totalFen - COALESCE(
      (SELECT SUM(j.fen) FROM journal_entry j WHERE j.orderId = o.id AND j.source IN ('receipt', 'refund_decision') AND j.account = 'owed'), 0)) AS fen
    FROM \`order\` o
    WHERE o.unitId = ${unitId} AND o.fundingSource = ${fundingSource} AND o.state IN ('placed', 'completed')
      AND o.placedOn BETWEEN ${dayToColumn(`${year}-01-01`)} AND ${dayToColumn(`${year}-12-31`)}`;
  return Number(used?.fen ?? 0);
}

export interface DecisionBudget extends BudgetUse {
  /** what happens to a purchase that it does not cover */
  overBudget: OverBudget;
  /** all that waits for approval from the same budget, the order itself included, fen */
  waitingFen: number;
}

/** The year's budget that a unit's order would use, as its approver sees it when deciding; null where the unit set none. */
export async function budgetAtDecision(
  db: Db,
  order: { unitId: number | null; fundingSource: FundingSource },
  today: Day,
): Promise<DecisionBudget | null> {
  const { unitId, fundingSource } = order;
  if (unitId === null) return null;
  const [budgets, payer, waiting] = await Promise.all([
    budgetsOf(db, [unitId], today),
    findPayer(db, unitId, fundingSource),
    db.order.aggregate({
      where: { unitId, fundingSource, state: 'awaiting_approval' },
      _sum: { totalFen: true },
    }),
  ]);
  const budget = budgets.find((one) => one.fundingSource === fundingSource);
  if (!budget) return null;
  return { ...budget, overBudget: payer?.overBudget ?? 'warns', waitingFen: waiting._sum.totalFen ?? 0 };
}
