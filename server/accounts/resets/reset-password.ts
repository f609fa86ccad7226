import { audit } from '../../db/audit.ts';
import type { Db, PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { Refusal, RuleRefusal } from '../../shared/errors.ts';
import { passwordFault } from '../password-strength.ts';
import { hashPassword } from '../passwords.ts';
import { idOfResetToken, isResetToken } from './reset-token.ts';

/** The outbox topic of passwords that were set anew by a link. */
export const PASSWORD_RESET = 'password.reset';

/** The link of a token with its account. Refuses with 410 `linkOver`, the same for forged, used, late, and ended by a newer password. */
export async function findReset(db: Db, secret: string, token: string, now: Date) {
  const id = idOfResetToken(token);
  const reset = id === null ? null : await db.passwordReset.findUnique({ where: { id }, include: { user: true } });
  if (!reset || !isResetToken(secret, token, reset)) throw new Refusal(410, 'linkOver');
  if (reset.usedAt || reset.expiresAt <= now || reset.user.disabledAt) throw new Refusal(410, 'linkOver');
  return reset;
}

/**
 * Sets the password of the link's account anew, once: all its sessions and API tokens end, and the person is told. Refuses as findReset, and a
 * weak password by its field (see passwordFault); the link stays good then.
 */
export async function resetPassword(
  db: PrismaClient,
  secret: string,
  { token, password }: { token: string; password: string },
  at: Date,
): Promise<void> {
  const { user } = await findReset(db, secret, token, at);
  const weak = passwordFault(password, user.login);
  if (weak) throw new RuleRefusal('badInput', [{ path: 'password', ...weak }]);
  const passwordHash = await hashPassword(password);
  await inTransaction(db, async (tx) => {
    // Under the account's lock the signature says again that no other link was faster.
    await tx.$queryRaw`SELECT id FROM user WHERE id = ${user.id} FOR UPDATE`;
    const { id, issuedById } = await findReset(tx, secret, token, at);
    await tx.passwordReset.update({ where: { id }, data: { usedAt: at }, select: { id: true } });
    await tx.user.update({ where: { id: user.id }, data: { passwordHash }, select: { id: true } });
    await tx.session.deleteMany({ where: { userId: user.id } });
    await tx.apiToken.updateMany({ where: { userId: user.id, revokedAt: null }, data: { revokedAt: at } });
    await audit(tx, {
      ...{ at, actorId: user.id, action: 'user.reset_password', subjectType: 'user', subjectId: user.id },
      after: { resetId: id, issuedById },
    });
    await enqueue(tx, PASSWORD_RESET, [{ resetId: id }]);
  });
}
