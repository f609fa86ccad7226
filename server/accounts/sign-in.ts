import type { PrismaClient } from '../db/client.ts';
import { Refusal } from '../shared/errors.ts';
import { passwordMatches } from './passwords.ts';

export interface SignInTry {
  login: string;
  password: string;
  /** the demonstration's accounts have a published password: production knows none of them */
  allowDemo: boolean;
}

/** Who has this login and password. Refuses with 401 `wrongLogin`, the same for unknown, wrong, disabled and demonstration. */
export async function signIn(
  db: PrismaClient,
  { login, password, allowDemo }: SignInTry,
): Promise<{ id: number; locale: string }> {
  const user = await db.user.findUnique({
    where: { login },
    select: { id: true, locale: true, passwordHash: true, disabledAt: true, isDemo: true },
  });
  const matches = await passwordMatches(user?.passwordHash ?? null, password);
  if (!user || !matches || user.disabledAt || (user.isDemo && !allowDemo)) {
    throw new Refusal(401, 'wrongLogin', {}, [{ path: 'login', code: 'wrongLogin' }]);
  }
  return { id: user.id, locale: user.locale };
}
