import type { FundingSource } from '../../db/generated/enums.ts';
import type { Sql } from '../../db/sql.ts';
import { dayOf } from '../../shared/days.ts';
import { RuleRefusal } from '../../shared/errors.ts';
import { formatYuan } from '../../shared/money.ts';
import { budgetUsed } from './budget-queries.ts';

interface Purchase {
  /** of one that was submitted already */
  id?: number;
  unitId: number;
  fundingSource: FundingSource;
  totalFen: number;
}

interface Budget {
  overBudget: 'warns' | 'refuses';
  amountFen: number | bigint;
}

/**
 * Refuses a purchase that a unit's budget of the year does not cover, where the unit's rule says so (`overBudget`). A submission is
 * measured together with all that waits for approval, payment or a full case, since each of these may still be placed; a decision with
 * what is placed or approved. Under the payer's lock, so that of two at once the second is measured with the first.
 */
export async function keepWithinBudget(
  tx: Sql,
  purchase: Purchase,
  at: 'submission' | 'decision',
  now: Date,
): Promise<void> {
  const { unitId, fundingSource, totalFen } = purchase;
  const year = dayOf(now).slice(0, 4);
  if ((await budgetOf(tx, purchase, year))?.overBudget !== 'refuses') return;
  await tx.$queryRaw`SELECT id FROM unit_payer WHERE unitId = ${unitId} AND fundingSource = ${fundingSource} FOR UPDATE`;
  const budget = await budgetOf(tx, purchase, year);
  if (budget?.overBudget !== 'refuses') return;
  const [waiting] = await tx.$queryRaw<{ fen: number | bigint | null }[]>`
    SELECT SUM(o.totalFen) AS fen FROM \`order\` o
    WHERE o.unitId = ${unitId} AND o.fundingSource = ${fundingSource} AND o.placedOn IS NULL AND o.id <> ${purchase.id ?? 0}
      AND (o.state IN ('awaiting_payment', 'awaiting_pool') OR ${at === 'submission'} AND o.state = 'awaiting_approval')`;
  const usedFen = await budgetUsed(tx, purchase, Number(year));
  const leftFen = Number(budget.amountFen) - usedFen - Number(waiting?.fen ?? 0);
  if (totalFen <= leftFen) return;
  const values = {
    budget: formatYuan(budget.amountFen),
    left: formatYuan(Math.max(0, leftFen)),
    over: formatYuan(totalFen - leftFen),
  };
  throw new RuleRefusal('overBudget', [{ path: 'fundingSource', code: 'overBudget', values }], values);
}

async function budgetOf(tx: Sql, { unitId, fundingSource }: Purchase, year: string): Promise<Budget | undefined> {
  const [budget] = await tx.$queryRaw<Budget[]>`
    SELECT p.overBudget, b.amountFen FROM unit_payer p
    JOIN unit_budget b ON b.unitId = p.unitId AND b.fundingSource = p.fundingSource AND b.year = ${year}
    WHERE p.unitId = ${unitId} AND p.fundingSource = ${fundingSource}`;
  return budget;
}
