import type { Db } from '../db/client.ts';
import type { DisqualificationState } from '../db/generated/enums.ts';

export interface ShownDisqualification {
  id: number;
  since: string;
  reason: string;
  state: DisqualificationState;
  proposedById: number;
  proposedByName: string | null;
  proposedAt: Date;
  decidedByName: string | null;
  decidedAt: Date | null;
  decision: string | null;
  /** purchases reversed so far */
  reversed: number;
}

/** What was proposed against a certification and what became of it, the newest first. */
export function disqualificationsOf(db: Db, certificationId: number): Promise<ShownDisqualification[]> {
  return db.$queryRaw<ShownDisqualification[]>`
    SELECT q.id, DATE_FORMAT(q.since, '%Y-%m-%d') AS since, q.reason, q.state, q.proposedById, p.name AS proposedByName, q.proposedAt,
      d.name AS decidedByName, q.decidedAt, q.decision, q.reversed
    FROM disqualification q LEFT JOIN user p ON p.id = q.proposedById LEFT JOIN user d ON d.id = q.decidedById
    WHERE q.certificationId = ${certificationId} ORDER BY q.id DESC`;
}
