import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token is signed over: with the password or the e-mail address every link that was given out before ends. */
export interface ResetFacts {
  id: number;
  userId: number;
  expiresAt: Date;
  user: { passwordHash: string; email: string | null };
}

/** The token of a link that sets a password anew. Nobody without the market's secret can make one, and no table holds it. */
export function resetToken(secret: string, reset: ResetFacts): string {
  return `${reset.id}-${signatureOf(secret, reset)}`;
}

/** The id that a token names; null for what is none. Says nothing yet about the signature. */
export function idOfResetToken(token: string): number | null {
  const id = /^([1-9]\d{0,9})-[\w-]{43}$/.exec(token)?.[1];
  return id && Number(id) <= 2_147_483_647 ? Number(id) : null;
}

export function isResetToken(secret: string, token: string, reset: ResetFacts): boolean {
  const expected = Buffer.from(resetToken(secret, reset));
  const given = Buffer.from(token);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function signatureOf(secret: string, { id, userId, expiresAt, user }: ResetFacts): string {
  const facts = ['password reset', id, userId, expiresAt.getTime(), user.passwordHash, user.email ?? ''].join('\n');
  return createHmac('sha256', secret).update(facts).digest('base64url');
}
