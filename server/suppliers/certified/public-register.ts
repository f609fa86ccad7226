import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { InterruptionKind } from '../../db/generated/enums.ts';
import { type Day, dayFromColumn } from '../../shared/days.ts';
import {
  isIssued,
  listRegister,
  type RegisterQuery,
  type RegisterRow,
  type RegisterScope,
  readRegisterRow,
  registerColumns,
  registerTables,
} from '../certification-register.ts';

/** Why a certification does not hold now, as far as anyone may know. */
export interface PublicInterruption {
  kind: InterruptionKind;
  since: Day;
  publicReason: string | null;
}

export interface PublicRow extends RegisterRow {
  /** its page exists: no draft, no applicant */
  isReachable: boolean;
  /** null: nothing interrupts it, or it is not known what */
  interruption: PublicInterruption | null;
}

/** A page of the public register: what listRegister tells of issued certifications, with why they stand so. Two statements. */
export async function listPublicRegister(
  db: Db,
  scope: RegisterScope,
  query: RegisterQuery,
): Promise<{ rows: PublicRow[]; nextCursor: string | null }> {
  const { rows, nextCursor } = await listRegister(db, { ...scope, isPublic: true }, query);
  return { rows: await withPublicFacts(db, rows), nextCursor };
}

const CHUNK = 500;

/** The whole public register as it is filtered, up to `most`; `isCut` when there is more. */
export async function wholePublicRegister(
  db: Db,
  scope: RegisterScope,
  query: Omit<RegisterQuery, 'cursor' | 'limit'>,
  most: number,
): Promise<{ rows: PublicRow[]; isCut: boolean }> {
  const rows: PublicRow[] = [];
  for (let cursor: string | undefined; ; ) {
    const limit = Math.min(CHUNK, most - rows.length);
    const page = await listPublicRegister(db, scope, { ...query, cursor, limit });
    rows.push(...page.rows);
    if (!page.nextCursor || rows.length >= most) return { rows, isCut: page.nextCursor !== null };
    cursor = page.nextCursor;
  }
}

/**
 * The issued certification that somebody means by a number, as typed or read from paper: wide letters and figures, small letters and
 * spaces are forgiven, and so is the whole address of a certificate. Null: nothing was issued under it. Two statements.
 */
export async function findByNumber(db: Db, typed: string): Promise<PublicRow | null> {
  const number = readNumber(typed);
  if (number === '') return null;
  const rows = await db.$queryRaw<Parameters<typeof readRegisterRow>[0][]>`
    ${registerColumns} ${registerTables} WHERE ce.number IN (${number}, ${number.toUpperCase()}) AND ${isIssued} LIMIT 1`;
  const [row] = await withPublicFacts(db, rows.map(readRegisterRow));
  return row ?? null;
}

function readNumber(typed: string): string {
  const text = typed.normalize('NFKC').replace(/[\s\u200b\ufeff]/g, '');
  const ofAddress = /\/certificates\/([^/?#]+)/.exec(text)?.[1];
  return (ofAddress === undefined ? text : decoded(ofAddress)).slice(0, 64);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

interface Facts {
  id: number;
  isReachable: number | bigint;
  kind: InterruptionKind | null;
  since: Date | null;
  publicReason: string | null;
}

async function withPublicFacts(db: Db, rows: readonly RegisterRow[]): Promise<PublicRow[]> {
  if (rows.length === 0) return [];
  const found = await db.$queryRaw<Facts[]>`
    SELECT ce.id, IF(p.id IS NULL, s.state <> 'applying', p.state <> 'draft') AS isReachable, ci.kind, ci.since, ci.publicReason
    FROM certification ce LEFT JOIN product p ON p.id = ce.productId JOIN supplier s ON s.id = COALESCE(ce.supplierId, p.supplierId)
    LEFT JOIN certification_interruption ci ON ce.state <> 'certified' AND ci.id = (
      SELECT MAX(last.id) FROM certification_interruption last WHERE last.certificationId = ce.id AND last.until IS NULL)
    WHERE ce.id IN (${Prisma.join(rows.map(({ id }) => id))})`;
  const facts = new Map(found.map((one) => [one.id, one]));
  return rows.map((row) => {
    const { isReachable, kind, since, publicReason } = facts.get(row.id) ?? {};
    return {
      ...row,
      isReachable: Number(isReachable) === 1,
      interruption: kind && since ? { kind, since: dayFromColumn(since), publicReason: publicReason ?? null } : null,
    };
  });
}
