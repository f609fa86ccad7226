import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token is signed over, so that a changed row or another purpose makes it worthless. */
export interface SignedFacts {
  id: number;
  userId: number;
  supplierId: number;
  purpose: string;
  subjectId: number;
  expiresAt: Date;
}

/** The token of a link: its id and the signature over all that it allows. Nobody without the market's secret can make one. */
export function tokenOf(secret: string, link: SignedFacts): string {
  return `${link.id}-${signatureOf(secret, link)}`;
}

/** The id that a token names; null for what is none. Says nothing yet about the signature. */
export function idOfToken(token: string): number | null {
  const id = /^([1-9]\d{0,9})-[\w-]{32}$/.exec(token)?.[1];
  return id && Number(id) <= 2_147_483_647 ? Number(id) : null;
}

export function isSigned(secret: string, token: string, link: SignedFacts): boolean {
  const expected = Buffer.from(tokenOf(secret, link));
  const given = Buffer.from(token);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function signatureOf(secret: string, { id, userId, supplierId, purpose, subjectId, expiresAt }: SignedFacts): string {
  const facts = ['signed link', id, userId, supplierId, purpose, subjectId, expiresAt.getTime()].join('\n');
  return createHmac('sha256', secret).update(facts).digest('base64url').slice(0, 32);
}
