import { createHash, randomBytes } from 'node:crypto';
import type { PrismaClient } from '../db/client.ts';
import { NotFound } from '../shared/errors.ts';

const LIFETIME_MS = 90 * 86_400_000;

/** Only the hash of a token is kept. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export interface NewToken {
  userId: number;
  name: string;
  /** empty: everything the user may do */
  scopes: string[];
  now: Date;
}

/** Makes a token that is shown once and ends after 90 days. */
export async function issueToken(db: PrismaClient, { userId, name, scopes, now }: NewToken): Promise<{ token: string; expiresAt: Date }> {
  const token = `mk_${randomBytes(24).toString('base64url')}`;
  const expiresAt = new Date(now.getTime() + LIFETIME_MS);
  await db.apiToken.create({ data: { userId, name, scopes, tokenHash: hashToken(token), expiresAt } });
  return { token, expiresAt };
}

/** Whose token this is and what it may do; null when unknown, ended or revoked. */
export async function findTokenOwner(db: PrismaClient, token: string, now: Date): Promise<{ userId: number; scopes: string[] } | null> {
  const row = await db.apiToken.findUnique({
    where: { tokenHash: hashToken(token) },
    select: { userId: true, scopes: true, expiresAt: true, revokedAt: true },
  });
  if (!row || row.revokedAt || row.expiresAt <= now) return null;
  return { userId: row.userId, scopes: Array.isArray(row.scopes) ? row.scopes.map(String) : [] };
}

/** Ends one of the user's own tokens. Throws NotFound for another's. */
export async function revokeToken(db: PrismaClient, userId: number, id: number, now: Date): Promise<void> {
  const { count } = await db.apiToken.updateMany({ where: { id, userId, revokedAt: null }, data: { revokedAt: now } });
  if (count === 0) throw new NotFound();
}
