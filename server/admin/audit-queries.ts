import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { addDays, type Day, startOfDay } from '../shared/days.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';

export interface AuditFilter {
  /** an action or how it begins: `order.approve`, `order` */
  action?: string;
  subjectType?: string;
  subjectId?: number;
  /** a login */
  person?: string;
  day?: Day;
  cursor?: string;
  limit: number;
}

export interface ShownAuditLine {
  id: number;
  at: Date;
  actor: { login: string; name: string } | null;
  onBehalfOf: string | null;
  action: string;
  subjectType: string;
  subjectId: number;
  unitName: string | null;
  unitNameEn: string | null;
  before: unknown;
  after: unknown;
  reason: string | null;
}

type Row = Omit<ShownAuditLine, 'actor'> & { login: string | null; actorName: string | null };

/** Days back to which a filter that no index serves is searched. */
export const SEARCHED_DAYS = 30;

/** Whether such a filter is the only one, so that the search is limited. */
export function isLimited({ action, subjectType, subjectId, person, day }: AuditFilter): boolean {
  const isBroad = action !== undefined || (subjectType !== undefined && subjectId === undefined);
  return isBroad && day === undefined && person === undefined && !(subjectType && subjectId !== undefined);
}

/** The audit trail, the latest first, by key (rule 32). `nextCursor` is null on the last page. */
export async function listAudit(
  db: Db,
  today: Day,
  filter: AuditFilter,
): Promise<{ lines: ShownAuditLine[]; nextCursor: string | null }> {
  const { limit } = filter;
  const rows = await db.$queryRaw<Row[]>`
    SELECT a.id, a.at, a.onBehalfOf, a.action, a.subjectType, a.subjectId, a.\`before\`, a.\`after\`, a.reason,
      u.login, u.name AS actorName, un.name AS unitName, un.nameEn AS unitNameEn
    FROM audit_line a LEFT JOIN user u ON u.id = a.actorId LEFT JOIN unit un ON un.id = a.unitId
    WHERE ${matching(today, filter)} ORDER BY a.at DESC, a.id DESC LIMIT ${limit + 1}`;
  const lines = rows.slice(0, limit).map(({ login, actorName, ...line }) => ({
    ...line,
    actor: login === null ? null : { login, name: actorName ?? login },
    before: parsed(line.before),
    after: parsed(line.after),
  }));
  const last = lines.at(-1);
  return {
    lines,
    nextCursor: rows.length > limit && last ? encodeCursor([last.at.toISOString(), last.id]) : null,
  };
}

function matching(today: Day, filter: AuditFilter): Prisma.Sql {
  const { action, subjectType, subjectId, person, day, cursor } = filter;
  const conditions = [Prisma.sql`TRUE`];
  if (action)
    conditions.push(Prisma.sql`(a.action = ${action} OR a.action LIKE ${`${action.replace(/[\\%_]/g, '\\$&')}.%`})`);
  if (subjectType) conditions.push(Prisma.sql`a.subjectType = ${subjectType}`);
  if (subjectId !== undefined) conditions.push(Prisma.sql`a.subjectId = ${subjectId}`);
  if (person) conditions.push(Prisma.sql`a.actorId = (SELECT id FROM user WHERE login = ${person})`);
  if (day) conditions.push(Prisma.sql`a.at >= ${startOfDay(day)} AND a.at < ${startOfDay(addDays(day, 1))}`);
  if (isLimited(filter)) conditions.push(Prisma.sql`a.at >= ${startOfDay(addDays(today, -SEARCHED_DAYS))}`);
  const key = decodeCursor(cursor, 2);
  const at = key && new Date(String(key[0]));
  if (key && at && !Number.isNaN(at.getTime()))
    conditions.push(Prisma.sql`a.at <= ${at} AND (a.at < ${at} OR a.id < ${Number(key[1])})`);
  return Prisma.join(conditions, ' AND ');
}

/** JSON columns of MariaDB come as text. */
function parsed(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value;
}
