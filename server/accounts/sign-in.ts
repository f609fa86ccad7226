import type { PrismaClient } from '../db/client.ts';
import { RuleRefusal } from '../shared/errors.ts';
import { passwordMatches } from './passwords.ts';

/** The id of the person with this login and password. Refuses with `wrongLogin`, the same for unknown, wrong and disabled. */
export async function signIn(db: PrismaClient, login: string, password: string): Promise<number> {
  const user = await db.user.findUnique({ where: { login }, select: { id: true, passwordHash: true, disabledAt: true } });
  const matches = await passwordMatches(user?.passwordHash ?? null, password);
  if (!user || !matches || user.disabledAt) throw new RuleRefusal('wrongLogin', [{ path: 'login', code: 'wrongLogin' }]);
  return user.id;
}
