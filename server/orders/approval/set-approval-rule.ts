import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { isDuplicate } from '../../db/faults.ts';
import type { FundingSource, OverBudget } from '../../db/generated/enums.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayOf } from '../../shared/days.ts';
import { type Fault, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import type { Fen } from '../../shared/money.ts';
import { findPayer } from '../../units/unit-queries.ts';
import { newestRule } from './approval-rule-queries.ts';
import { approversOf } from './order-approvals.ts';

interface Change {
  unitId: number;
  fundingSource: FundingSource;
  /** who alone decides, of the unit's approvers; none: any of them */
  approverIds: readonly number[];
  reason: string;
  /** the version that was seen, 0 for none; undefined: whatever it is */
  seenVersion?: number;
}

export interface OwnRule extends Change {
  reach: 'own';
  thresholdFen: Fen;
  /** of the current year; null: none */
  budgetFen: Fen | null;
  overBudget: OverBudget;
}

/** What a unit demands of all units below it; no threshold: nothing any more. */
export interface RuleBelow extends Change {
  reach: 'below';
  thresholdFen: Fen | null;
}

/**
 * Writes a new version of a unit's approval rule with its reason and audit line; what is submitted from then on follows it, what waits
 * keeps the rules by which it was submitted. The budget holds at once for decisions too. The caller has checked who may. Refuses
 * with faults by field, with 409 `rulesMoved` a version that was not seen, and a unit without such a payer with `noSuchPayer`.
 */
export async function setApprovalRule(
  db: PrismaClient,
  actor: Actor,
  change: OwnRule | RuleBelow,
  at: Date,
): Promise<void> {
  await refuseStrangers(db, change, at);
  try {
    await inTransaction(db, (tx) => write(tx, actor, change, at));
  } catch (error) {
    throw isDuplicate(error) ? new StateConflict('rulesMoved') : error;
  }
}

async function refuseStrangers(db: PrismaClient, { unitId, approverIds }: Change, at: Date): Promise<void> {
  const approvers = await approversOf(db, [unitId], dayOf(at));
  if (approverIds.every((id) => approvers.some(({ userId }) => userId === id))) return;
  const faults: Fault[] = [{ path: 'approvers', code: 'notAnApprover' }];
  throw new RuleRefusal('badInput', faults);
}

async function write(tx: Tx, actor: Actor, change: OwnRule | RuleBelow, at: Date): Promise<void> {
  const { unitId, fundingSource, reach, thresholdFen, approverIds, reason } = change;
  const year = Number(dayOf(at).slice(0, 4));
  const before = await newestRule(tx, change);
  if (change.seenVersion !== undefined && change.seenVersion !== (before?.version ?? 0))
    throw new StateConflict('rulesMoved');
  const ofOwn =
    change.reach === 'own' ? { budgetYear: year, budgetFen: change.budgetFen, overBudget: change.overBudget } : {};
  if (change.reach === 'own') await setTerms(tx, change, year);
  const rule = await tx.approvalRule.create({
    data: {
      ...{ unitId, fundingSource, reach, thresholdFen, ...ofOwn, reason, byId: actor.id, at },
      version: (before?.version ?? 0) + 1,
      approvers: { create: [...new Set(approverIds)].map((userId) => ({ userId })) },
    },
    select: { id: true },
  });
  await audit(tx, {
    at,
    actorId: actor.id,
    action: `approval_rule.${reach}`,
    subjectType: 'approval_rule',
    subjectId: rule.id,
    unitId,
    ...(before ? { before: told(before) } : {}),
    after: told({ ...change, budgetFen: change.reach === 'own' ? change.budgetFen : null }),
    reason,
  });
}

/** The payer's row is what submissions read and lock, so it changes with the rule. */
async function setTerms(tx: Tx, { unitId, fundingSource, thresholdFen, overBudget, budgetFen }: OwnRule, year: number) {
  await tx.$queryRaw`SELECT id FROM unit_payer WHERE unitId = ${unitId} AND fundingSource = ${fundingSource} FOR UPDATE`;
  const payer = await findPayer(tx, unitId, fundingSource);
  if (!payer) throw new RuleRefusal('noSuchPayer', [{ path: 'fundingSource', code: 'noSuchPayer' }]);
  await tx.unitPayer.update({
    where: { id: payer.id },
    data: { approvalThresholdFen: thresholdFen, overBudget },
    select: { id: true },
  });
  if (budgetFen === null) await tx.unitBudget.deleteMany({ where: { unitId, fundingSource, year } });
  else
    await tx.$executeRaw`
      INSERT INTO unit_budget (unitId, fundingSource, year, amountFen) VALUES (${unitId}, ${fundingSource}, ${year}, ${budgetFen})
      ON DUPLICATE KEY UPDATE amountFen = VALUES(amountFen)`;
}

interface Told {
  fundingSource: FundingSource;
  thresholdFen: Fen | null;
  approverIds: readonly number[];
  budgetFen?: Fen | null;
  overBudget?: OverBudget | null;
}

function told({ fundingSource, thresholdFen, approverIds, budgetFen, overBudget }: Told) {
  return {
    fundingSource,
    thresholdFen,
    approverIds: [...approverIds],
    budgetFen: budgetFen ?? null,
    overBudget: overBudget ?? null,
  };
}
