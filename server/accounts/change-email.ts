import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { RuleRefusal } from '../shared/errors.ts';
import type { Actor } from './actor.ts';
import { passwordMatches } from './passwords.ts';

/**
 * Sets or takes away (null) the address to which messages and a link for a forgotten password are mailed; links that were given out before end.
 * Refuses with `wrongPassword`, so that who finds a browser signed in cannot lead the account's mail away.
 */
export async function changeEmail(
  db: PrismaClient,
  actor: Actor,
  { email, current }: { email: string | null; current: string },
  at: Date,
): Promise<void> {
  const before = await db.user.findUniqueOrThrow({
    where: { id: actor.id },
    select: { passwordHash: true, email: true },
  });
  if (!(await passwordMatches(before.passwordHash, current)))
    throw new RuleRefusal('badInput', [{ path: 'current', code: 'wrongPassword' }]);
  await inTransaction(db, async (tx) => {
    await tx.user.update({ where: { id: actor.id }, data: { email }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'user.change_email', subjectType: 'user', subjectId: actor.id },
      ...{ before: { email: before.email }, after: { email } },
    });
  });
}
