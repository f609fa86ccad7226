import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { RuleRefusal } from '../shared/errors.ts';
import type { Actor } from './actor.ts';
import { passwordFault } from './password-strength.ts';
import { hashPassword, passwordMatches } from './passwords.ts';

/**
 * Sets a new password and ends every other session of the person; API tokens stay. Refuses with `wrongPassword` and as
 * `passwordFault` says, by field.
 */
export async function changePassword(
  db: PrismaClient,
  actor: Actor,
  { current, password, sessionId }: { current: string; password: string; sessionId: string },
  at: Date,
): Promise<void> {
  const { passwordHash } = await db.user.findUniqueOrThrow({
    where: { id: actor.id },
    select: { passwordHash: true },
  });
  if (!(await passwordMatches(passwordHash, current)))
    throw new RuleRefusal('badInput', [{ path: 'current', code: 'wrongPassword' }]);
  const weak = passwordFault(password, actor.login);
  if (weak) throw new RuleRefusal('badInput', [{ path: 'password', ...weak }]);
  const fresh = await hashPassword(password);
  await inTransaction(db, async (tx) => {
    await tx.user.update({ where: { id: actor.id }, data: { passwordHash: fresh }, select: { id: true } });
    await tx.session.deleteMany({ where: { userId: actor.id, id: { not: sessionId } } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'user.change_password', subjectType: 'user', subjectId: actor.id },
    });
  });
}
