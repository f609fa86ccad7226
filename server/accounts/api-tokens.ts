import { createHash, randomBytes } from 'node:crypto';
import { audit } from '../db/audit.ts';
import type { Db, PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { NotFound } from '../shared/errors.ts';

const LIFETIME_MS = 90 * 86_400_000;
const LISTED = 100;

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
export async function issueToken(
  db: PrismaClient,
  { userId, name, scopes, now }: NewToken,
): Promise<{ token: string; expiresAt: Date }> {
  const token = `mk_${randomBytes(24).toString('base64url')}`;
  const expiresAt = new Date(now.getTime() + LIFETIME_MS);
  await inTransaction(db, async (tx) => {
    const { id } = await tx.apiToken.create({
      data: { userId, name, scopes, tokenHash: hashToken(token), expiresAt, createdAt: now },
      select: { id: true },
    });
    const after = { name, scopes, expiresAt: expiresAt.toISOString() };
    await audit(tx, {
      at: now,
      actorId: userId,
      action: 'token.issued',
      subjectType: 'api_token',
      subjectId: id,
      after,
    });
  });
  return { token, expiresAt };
}

/** Whose token this is and what it may do; null when unknown, ended or revoked. */
export async function findTokenOwner(
  db: Db,
  token: string,
  now: Date,
): Promise<{ userId: number; scopes: string[] } | null> {
  const row = await db.apiToken.findUnique({
    where: { tokenHash: hashToken(token) },
    select: { userId: true, scopes: true, expiresAt: true, revokedAt: true },
  });
  if (!row || row.revokedAt || row.expiresAt <= now) return null;
  return { userId: row.userId, scopes: scopesOf(row.scopes) };
}

export interface ListedToken {
  id: number;
  name: string;
  scopes: string[];
  createdAt: Date;
  expiresAt: Date;
}

/** The user's tokens that still work, newest first. */
export async function tokensOf(db: Db, userId: number, now: Date): Promise<ListedToken[]> {
  const rows = await db.apiToken.findMany({
    where: { userId, revokedAt: null, expiresAt: { gt: now } },
    select: { id: true, name: true, scopes: true, createdAt: true, expiresAt: true },
    orderBy: { id: 'desc' },
    take: LISTED,
  });
  return rows.map((row) => ({ ...row, scopes: scopesOf(row.scopes) }));
}

/** Ends one of the user's own tokens. Throws NotFound for another's. */
export async function revokeToken(db: PrismaClient, userId: number, id: number, now: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { count } = await tx.apiToken.updateMany({
      where: { id, userId, revokedAt: null },
      data: { revokedAt: now },
    });
    if (count === 0) throw new NotFound();
    await audit(tx, { at: now, actorId: userId, action: 'token.revoked', subjectType: 'api_token', subjectId: id });
  });
}

function scopesOf(column: unknown): string[] {
  return Array.isArray(column) ? column.map(String) : [];
}
