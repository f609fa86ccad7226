import { randomBytes } from 'node:crypto';
import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { Db, PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { lockRun } from './lock-run.ts';
import { WELFARE_OPENED } from './open-run.ts';
import type { RosterRow } from './roster-sheet.ts';
import { requireRunState } from './run-states.ts';

const AT_ONCE = 500;

export interface RosterChange {
  added: RosterRow[];
  changed: { before: string; row: RosterRow }[];
  /** on the roster but not in the file */
  missing: { id: number; staffNumber: string; name: string; hasChosen: boolean }[];
}

/** What a roster would change, by staff number (in any case, as the database compares). */
export async function compareRoster(db: Db, runId: number, rows: readonly RosterRow[]): Promise<RosterChange> {
  const claims = await db.welfareClaim.findMany({ where: { runId } });
  const byNumber = new Map(claims.map((claim) => [claim.staffNumber.toLowerCase(), claim]));
  const numbers = new Set(rows.map((row) => row.staffNumber.toLowerCase()));
  return {
    added: rows.filter((row) => !byNumber.has(row.staffNumber.toLowerCase())),
    changed: rows.flatMap((row) => {
      const claim = byNumber.get(row.staffNumber.toLowerCase());
      const same = (['name', 'department', 'phone', 'userId'] as const).every((key) => claim?.[key] === row[key]);
      return claim && !same
        ? [{ before: [claim.name, claim.department, claim.phone].filter(Boolean).join(' · '), row }]
        : [];
    }),
    missing: claims
      .filter((claim) => !numbers.has(claim.staffNumber.toLowerCase()))
      .map(({ id, staffNumber, name, packageId }) => ({ id, staffNumber, name, hasChosen: packageId !== null })),
  };
}

/**
 * Merges people into a run's roster while it is drafted or chosen from: new ones are added with a personal link, known ones brought up to
 * date without touching their choice. Who is not in the file stays, or goes by `dropMissing` unless they have chosen. Answers how many.
 */
export async function mergeRoster(
  db: PrismaClient,
  actor: Actor,
  runId: number,
  rows: readonly RosterRow[],
  { dropMissing, at }: { dropMissing: boolean; at: Date },
): Promise<{ added: number; changed: number; dropped: number }> {
  return inTransaction(db, async (tx) => {
    const run = await lockRun(tx, actor, runId);
    requireRunState(run.state, 'draft', 'choosing');
    const { added, changed, missing } = await compareRoster(tx, runId, rows);
    const written = [...added, ...changed.map(({ row }) => row)];
    for (let from = 0; from < written.length; from += AT_ONCE) {
      const values = written
        .slice(from, from + AT_ONCE)
        .map(
          ({ staffNumber, name, department, phone, userId }) =>
            Prisma.sql`(${runId}, ${staffNumber}, ${name}, ${department}, ${phone}, ${userId}, ${newToken()})`,
        );
      await tx.$executeRaw`
        INSERT INTO welfare_claim (runId, staffNumber, name, department, phone, userId, token) VALUES ${Prisma.join(values)}
        ON DUPLICATE KEY UPDATE name = VALUES(name), department = VALUES(department), phone = VALUES(phone), userId = VALUES(userId)`;
    }
    const gone = dropMissing ? missing.filter(({ hasChosen }) => !hasChosen).map(({ id }) => id) : [];
    const { count: dropped } = await tx.welfareClaim.deleteMany({ where: { id: { in: gone }, packageId: null } });
    const counts = { added: added.length, changed: changed.length, dropped };
    await audit(tx, {
      ...{
        at,
        actorId: actor.id,
        action: 'welfare.roster',
        subjectType: 'welfare_run',
        subjectId: runId,
        unitId: run.unitId,
      },
      after: counts,
    });
    if (run.state === 'choosing') await enqueue(tx, WELFARE_OPENED, [{ runId }]);
    return counts;
  });
}

/** Of a personal link: 192 bits, so that nobody guesses one. */
const newToken = () => randomBytes(24).toString('base64url');
