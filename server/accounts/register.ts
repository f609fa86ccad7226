import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { isDuplicate } from '../db/faults.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { RuleRefusal } from '../shared/errors.ts';
import type { Locale } from '../web/i18n.ts';
import { type JoinedUnit, joinByCode } from './join-unit.ts';
import { passwordFault } from './password-strength.ts';
import { hashPassword } from './passwords.ts';

export interface Registration {
  name: string;
  /** a mobile number, which is kept for orders too, or a name of one's own */
  login: string;
  password: string;
  /** a unit's code, by which the new person is its employee at once */
  invitation?: string;
  locale: Locale;
}

/**
 * Makes an account for an outside buyer or, with a unit's code, for its employee: both or nothing. Refuses with a weak password (see
 * passwordFault), `loginTaken`, and what `joinByCode` refuses with, each by its field.
 */
export async function register(
  db: PrismaClient,
  { name, login, password, invitation, locale }: Registration,
  at: Date,
): Promise<{ id: number; locale: string; joined: JoinedUnit | null }> {
  const weak = passwordFault(password, login);
  if (weak) throw new RuleRefusal('badInput', [{ path: 'password', ...weak }]);
  const passwordHash = await hashPassword(password);
  const phone = /^1\d{10}$/.test(login) ? login : null;
  try {
    return await inTransaction(db, async (tx) => {
      const { id } = await tx.user.create({ data: { login, name, phone, locale, passwordHash }, select: { id: true } });
      await audit(tx, {
        at,
        actorId: id,
        action: 'user.register',
        subjectType: 'user',
        subjectId: id,
        after: { login },
      });
      return { id, locale, joined: invitation ? await joinByCode(tx, id, invitation, at) : null };
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new RuleRefusal('badInput', [{ path: 'login', code: 'loginTaken' }]);
  }
}
