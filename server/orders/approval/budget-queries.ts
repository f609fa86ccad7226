import type { Db } from '../../db/client.ts';
import type { FundingSource, OverBudget } from '../../db/generated/enums.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import { findPayer } from '../../units/unit-queries.ts';

/** What a unit set aside from one funding source for a calendar year, and what of it is bound by its placed orders, fen. */
export interface BudgetUse {
  unitId: number;
  fundingSource: FundingSource;
  amountFen: number;
  usedFen: number;
}

/** The budgets of units for the year of a day; a unit without one has no row. Orders use it from placing on, freight included. */
export async function budgetsOf(db: Db, unitIds: readonly number[], today: Day): Promise<BudgetUse[]> {
  const year = Number(today.slice(0, 4));
  const units = { unitId: { in: [...unitIds] } };
  const [budgets, used] = await Promise.all([
    db.unitBudget.findMany({ where: { ...units, year } }),
    db.order.groupBy({
      by: ['unitId', 'fundingSource'],
      where: {
        ...units,
        fundingSource: { not: 'individual' },
        state: { in: ['placed', 'completed'] },
        placedOn: { gte: dayToColumn(`${year}-01-01`), lte: dayToColumn(`${year}-12-31`) },
      },
      _sum: { totalFen: true },
    }),
  ]);
  return budgets.map(({ unitId, fundingSource, amountFen }) => {
    const row = used.find((one) => one.unitId === unitId && one.fundingSource === fundingSource);
    return { unitId, fundingSource, amountFen: Number(amountFen), usedFen: row?._sum.totalFen ?? 0 };
  });
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
