import type { Db } from './client.ts';
import type { Prisma } from './generated/client.ts';

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
export async function audit(db: Db, ...facts: AuditFact[]): Promise<void> {
  await db.auditLine.createMany({ data: facts });
}
