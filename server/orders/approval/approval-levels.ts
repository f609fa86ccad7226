import { Prisma } from '../../db/generated/client.ts';
import type { FundingSource } from '../../db/generated/enums.ts';
import type { Sql } from '../../db/sql.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import type { Fen } from '../../shared/money.ts';

/** The outbox topic of an order that waits for an approver, at its first level or the next. */
export const APPROVAL_ASKED = 'approval.asked';

/** An approval that an order needs: of whom, by which version of the rules (null: as the unit was set up), above how many fen. */
export interface ApprovalLevel {
  unitId: number;
  ruleId: number | null;
  thresholdFen: Fen;
}

interface Payer {
  unitId: number;
  fundingSource: FundingSource;
  approvalThresholdFen: Fen;
}

/**
 * Which approvals a unit's order of so many fen needs by the rules of a day, in the order in which they are given: the unit's own, then
 * those that units above it demand of all below them, the nearest first (rule 26). None: it is placed at once.
 */
export async function approvalLevels(db: Sql, payer: Payer, day: Day): Promise<(totalFen: Fen) => ApprovalLevel[]> {
  const { unitId, fundingSource, approvalThresholdFen } = payer;
  const rules = (await rulesInForce(db, unitId, day)).filter((rule) => rule.fundingSource === fundingSource);
  const ownRule = rules.find((rule) => rule.unitId === unitId);
  const own = { unitId, ruleId: ownRule?.ruleId ?? null, thresholdFen: approvalThresholdFen };
  const above = rules.flatMap(({ thresholdFen, ...rule }) =>
    rule.unitId === unitId || thresholdFen === null ? [] : [{ unitId: rule.unitId, ruleId: rule.ruleId, thresholdFen }],
  );
  return (totalFen) => [own, ...above].filter(({ thresholdFen }) => totalFen > thresholdFen);
}

export interface RuleInForce {
  unitId: number;
  unitCode: string;
  unitName: string;
  unitNameEn: string;
  ruleId: number;
  fundingSource: FundingSource;
  /** null: nothing is demanded any more */
  thresholdFen: Fen | null;
}

/** A unit's own rules on a day, and what the units above it demand of all below them, the nearest first; the newest version of each. */
export function rulesInForce(db: Sql, unitId: number, day: Day): PromiseLike<RuleInForce[]> {
  const on = dayToColumn(day);
  return db.$queryRaw<RuleInForce[]>`
    WITH RECURSIVE chain (unitId, depth) AS (
      SELECT CAST(${unitId} AS SIGNED), 0
      UNION ALL
      SELECT p.parentId, chain.depth + 1 FROM chain JOIN unit_position p ON p.unitId = chain.unitId
      WHERE p.parentId IS NOT NULL AND p.since <= ${on} AND (p.until IS NULL OR p.until > ${on}) AND chain.depth < 12
    )
    SELECT r.unitId, u.code AS unitCode, u.name AS unitName, u.nameEn AS unitNameEn, r.id AS ruleId, r.fundingSource, r.thresholdFen
    FROM chain JOIN approval_rule r ON r.unitId = chain.unitId AND r.reach = IF(chain.depth = 0, 'own', 'below') JOIN unit u ON u.id = r.unitId
    WHERE r.version = (SELECT MAX(n.version) FROM approval_rule n
      WHERE n.unitId = r.unitId AND n.fundingSource = r.fundingSource AND n.reach = r.reach)
    ORDER BY chain.depth, r.fundingSource`;
}

/** Writes what an order needs beside it, and has the first approvers told. */
export async function askForApproval(tx: Sql, orderId: number, levels: readonly ApprovalLevel[]): Promise<void> {
  const rows = levels.map(
    ({ unitId, ruleId, thresholdFen }, index) =>
      Prisma.sql`(${orderId}, ${index + 1}, ${unitId}, ${ruleId}, ${thresholdFen})`,
  );
  await tx.$executeRaw`
    INSERT INTO order_approval (orderId, level, unitId, ruleId, thresholdFen) VALUES ${Prisma.join(rows)}`;
  await enqueue(tx, APPROVAL_ASKED, [{ orderId }]);
}
