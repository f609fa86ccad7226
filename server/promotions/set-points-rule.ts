import { type Actor, requireRole } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { POINTS_MOST_PERCENT, POINTS_PER_YUAN, type PointsRule, readPointsRule } from './points-rule.ts';

/** Sets how points are earned and spent from now on; an order keeps the rate that it was made at. Refuses 403 who is no operator. */
export async function setPointsRule(db: PrismaClient, actor: Actor, rule: PointsRule, at: Date): Promise<void> {
  requireRole(actor, 'operator');
  await inTransaction(db, async (tx) => {
    const before = await readPointsRule(tx);
    await tx.$executeRaw`
      INSERT INTO setting (\`key\`, value, updatedAt) VALUES (${POINTS_PER_YUAN}, ${String(rule.perYuan)}, ${at}),
        (${POINTS_MOST_PERCENT}, ${String(rule.mostPercent)}, ${at}) ON DUPLICATE KEY UPDATE value = VALUES(value), updatedAt = VALUES(updatedAt)`;
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'points.rule', subjectType: 'setting', subjectId: 0 },
      ...{ before: { ...before }, after: { ...rule } },
    });
  });
}
