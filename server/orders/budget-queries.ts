import type { Db } from '../db/client.ts';
import type { FundingSource } from '../db/generated/enums.ts';
import { type Day, dayToColumn } from '../shared/days.ts';

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
