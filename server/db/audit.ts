import { Prisma } from './generated/client.ts';
import type { Sql } from './sql.ts';

export interface AuditFact {
  at: Date;
  actorId: number | null;
  action: string;
  subjectType: string;
  subjectId: number;
  unitId?: number | null;
  before?: Prisma.InputJsonValue;
  after?: Prisma.InputJsonValue;
  reason?: string | null;
  onBehalfOf?: string;
}

/** Writes who did what, for whom, when, with before and after, in the deed's own transaction (rule 32). */
export async function audit(tx: Sql, ...facts: AuditFact[]): Promise<void> {
  const rows = facts.map(
    (
      fact,
    ) => Prisma.sql`(${fact.at}, ${fact.actorId}, ${fact.onBehalfOf ?? null}, ${fact.action}, ${fact.subjectType}, ${fact.subjectId},
      ${fact.unitId ?? null}, ${json(fact.before)}, ${json(fact.after)}, ${fact.reason ?? null})`,
  );
  await tx.$executeRaw`
    INSERT INTO audit_line (at, actorId, onBehalfOf, action, subjectType, subjectId, unitId, \`before\`, \`after\`, reason)
    VALUES ${Prisma.join(rows)}`;
}

function json(value: Prisma.InputJsonValue | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
