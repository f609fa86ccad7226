import { type Actor, unitsApprovedFor } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import type { ApprovalReach, FundingSource } from '../../db/generated/enums.ts';
import type { Day } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import type { Fen } from '../../shared/money.ts';
import { type NamedUnit, unitsBelow } from '../../units/units-below.ts';

/** Whose rules the actor sets: of the units approved for and of all below them. */
export function unitsRuledBy(db: Db, actor: Actor, today: Day): Promise<NamedUnit[]> {
  return unitsBelow(db, { unitIds: unitsApprovedFor(actor) }, today);
}

/** A unit whose rules the actor sets. Throws NotFound. */
export async function findRuled(db: Db, actor: Actor, unitCode: string, today: Day): Promise<NamedUnit> {
  const unit = (await unitsRuledBy(db, actor, today)).find(({ code }) => code === unitCode);
  if (!unit) throw new NotFound();
  return unit;
}

interface RuleKey {
  unitId: number;
  fundingSource: FundingSource;
  reach: ApprovalReach;
}

const withApprovers = { approvers: { include: { user: { select: { id: true, name: true } } } } } as const;

/** The version of a rule that holds; null: none was set yet. */
export async function newestRule(db: Db, { unitId, fundingSource, reach }: RuleKey) {
  const rule = await db.approvalRule.findFirst({
    where: { unitId, fundingSource, reach },
    orderBy: { version: 'desc' },
    include: withApprovers,
  });
  if (!rule) return null;
  const { budgetFen, approvers, ...rest } = rule;
  return {
    ...rest,
    budgetFen: budgetFen === null ? null : Number(budgetFen),
    approverIds: approvers.map(({ userId }) => userId),
    approverNames: approvers.map(({ user }) => user.name),
  };
}

/** The newest versions of all of a unit's rules, the newest first. */
export function ruleHistory(db: Db, unitId: number, take: number) {
  return db.approvalRule.findMany({
    where: { unitId },
    orderBy: { id: 'desc' },
    take,
    include: { ...withApprovers, by: { select: { name: true } } },
  });
}

export interface PayerTerms {
  unitId: number;
  fundingSource: FundingSource;
  thresholdFen: Fen;
  overBudget: 'warns' | 'refuses';
  /** of the year; null: none */
  budgetFen: Fen | null;
  /** what the unit demands of those below it; null: nothing */
  belowFen: Fen | null;
}

/** The terms that hold for units' funding sources in a year, one statement for all. */
export async function payerTerms(db: Db, unitIds: readonly number[], year: number): Promise<PayerTerms[]> {
  const payers = await db.unitPayer.findMany({
    where: { unitId: { in: [...unitIds] } },
    orderBy: [{ unitId: 'asc' }, { fundingSource: 'asc' }],
    select: { unitId: true, fundingSource: true, approvalThresholdFen: true, overBudget: true },
  });
  const [budgets, below] = await Promise.all([
    db.unitBudget.findMany({ where: { unitId: { in: [...unitIds] }, year } }),
    db.approvalRule.findMany({
      where: { unitId: { in: [...unitIds] }, reach: 'below' },
      orderBy: { version: 'desc' },
      select: { unitId: true, fundingSource: true, thresholdFen: true },
    }),
  ]);
  return payers.map(({ unitId, fundingSource, approvalThresholdFen, overBudget }) => {
    const of = (row: { unitId: number; fundingSource: string }) =>
      row.unitId === unitId && row.fundingSource === fundingSource;
    const amountFen = budgets.find(of)?.amountFen;
    return {
      ...{ unitId, fundingSource, overBudget, thresholdFen: approvalThresholdFen },
      budgetFen: amountFen === undefined ? null : Number(amountFen),
      belowFen: below.find(of)?.thresholdFen ?? null,
    };
  });
}
