import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { CertificationState } from '../db/generated/enums.ts';
import { addDays, type Day, dayFromColumn } from '../shared/days.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import type { PlaceTree } from '../units/place-tree.ts';
import type { CertifiedPlaces } from './certification-policy.ts';

/** How a certification stands on a day; what expires within 60 days is valid and expiring. */
export const STANDINGS = ['valid', 'expiring', 'expired', 'suspended', 'revoked', 'pending', 'refused'] as const;
export type Standing = (typeof STANDINGS)[number];

export const EXPIRING_DAYS = 60;

export interface RegisterQuery {
  standing?: Standing;
  of?: 'supplier' | 'product';
  /** part of a name of the supplier or goods, or of a number */
  q?: string;
  cursor?: string;
  limit: number;
}

export interface RegisterScope {
  today: Day;
  tree: PlaceTree;
  places: CertifiedPlaces;
}

export interface RegisterRow {
  id: number;
  number: string | null;
  issuer: string;
  state: CertificationState;
  validFrom: Day | null;
  validUntil: Day | null;
  productId: number | null;
  supplierId: number;
  name: string;
  nameEn: string;
  supplierName: string;
  supplierNameEn: string;
  placeId: number;
}

/** How one certification stands on a day. */
export function standingOf({ state, validUntil }: Pick<RegisterRow, 'state' | 'validUntil'>, today: Day): Standing {
  if (state === 'suspended' || state === 'refused') return state;
  if (state === 'withdrawn') return 'refused';
  if (state === 'revoked' || state === 'disqualified') return 'revoked';
  if (state !== 'certified' || validUntil === null) return 'pending';
  if (validUntil < today) return 'expired';
  return validUntil <= addDays(today, EXPIRING_DAYS) ? 'expiring' : 'valid';
}

type Raw = Omit<RegisterRow, 'validFrom' | 'validUntil'> & { validFrom: Date | null; validUntil: Date | null };

/** The columns of RegisterRow and the joins that they come from. */
export const registerColumns = Prisma.sql`
  SELECT ce.id, ce.number, ce.issuer, ce.state, ce.validFrom, ce.validUntil, p.id AS productId, s.id AS supplierId,
    IF(p.id IS NULL, s.name, CONCAT(f.name, ' ', p.spec)) AS name, IF(p.id IS NULL, s.nameEn, CONCAT(f.nameEn, ' ', p.specEn)) AS nameEn,
    s.name AS supplierName, s.nameEn AS supplierNameEn, pl.id AS placeId`;
export const registerTables = Prisma.sql`
  FROM certification ce LEFT JOIN product p ON p.id = ce.productId LEFT JOIN product_family f ON f.id = p.familyId
  JOIN supplier s ON s.id = COALESCE(ce.supplierId, p.supplierId) JOIN place pl ON pl.id = COALESCE(p.placeId, s.placeId)`;

export function readRegisterRow({ validFrom, validUntil, ...row }: Raw): RegisterRow {
  return {
    ...row,
    validFrom: validFrom && dayFromColumn(validFrom),
    validUntil: validUntil && dayFromColumn(validUntil),
  };
}

/**
 * Certifications of suppliers and products within the reader's places, by key: the newest first, those that expire by their last day,
 * the soonest first, and those that have expired the latest first. `nextCursor` is null on the last page (rule 17).
 */
export async function listRegister(
  db: Db,
  scope: RegisterScope,
  query: RegisterQuery,
): Promise<{ rows: RegisterRow[]; nextCursor: string | null }> {
  const { standing, limit } = query;
  const order = orderOf(standing);
  const found = await db.$queryRaw<Raw[]>`
    ${registerColumns} ${registerTables}
    WHERE ${matching(scope, query)} AND ${standing ? standsAs(standing, scope.today) : Prisma.sql`TRUE`}
      AND ${after(order, query.cursor)}
    ORDER BY ${orderSql[order]} LIMIT ${limit + 1}`;
  const rows = found.slice(0, limit).map(readRegisterRow);
  const last = rows.at(-1);
  const key = last && (order === 'id' ? [last.id] : [last.validUntil ?? '', last.id]);
  return { rows, nextCursor: found.length > limit && key ? encodeCursor(key) : null };
}

/** How many certifications of the register stand how; the same filters but the standing. */
export async function countStandings(
  db: Db,
  scope: RegisterScope,
  query: Pick<RegisterQuery, 'of' | 'q'>,
): Promise<Record<Standing | 'all', number>> {
  const sums = STANDINGS.map(
    (standing) =>
      Prisma.sql`CAST(COALESCE(SUM(${standsAs(standing, scope.today)}), 0) AS SIGNED) AS ${Prisma.raw(standing)}`,
  );
  const [row] = await db.$queryRaw<Record<Standing | 'all', number | bigint>[]>`
    SELECT COUNT(*) AS \`all\`, ${Prisma.join(sums)} ${registerTables} WHERE ${matching(scope, query)}`;
  const counted = STANDINGS.map((standing) => [standing, Number(row?.[standing] ?? 0)] as const);
  return { all: Number(row?.all ?? 0), ...(Object.fromEntries(counted) as Record<Standing, number>) };
}

function standsAs(standing: Standing, today: Day): Prisma.Sql {
  switch (standing) {
    case 'valid':
      return Prisma.sql`(ce.state = 'certified' AND ce.validUntil >= ${today})`;
    case 'expiring':
      return Prisma.sql`(ce.state = 'certified' AND ce.validUntil BETWEEN ${today} AND ${addDays(today, EXPIRING_DAYS)})`;
    case 'expired':
      return Prisma.sql`(ce.state = 'certified' AND ce.validUntil < ${today})`;
    case 'revoked':
      return Prisma.sql`(ce.state IN ('revoked', 'disqualified'))`;
    case 'refused':
      return Prisma.sql`(ce.state IN ('refused', 'withdrawn'))`;
    case 'pending':
      return Prisma.sql`(ce.state IN ('applied', 'recommended', 'reviewed', 'in_notice'))`;
    default:
      return Prisma.sql`(ce.state = ${standing})`;
  }
}

function matching({ tree, places }: RegisterScope, { of, q }: Pick<RegisterQuery, 'of' | 'q'>): Prisma.Sql {
  const conditions = [Prisma.sql`TRUE`];
  if (places !== null) conditions.push(within(tree, places, Prisma.sql`pl.id`));
  if (of)
    conditions.push(of === 'product' ? Prisma.sql`ce.productId IS NOT NULL` : Prisma.sql`ce.supplierId IS NOT NULL`);
  if (q) {
    const part = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
    conditions.push(Prisma.sql`(ce.number LIKE ${part} OR s.name LIKE ${part} OR s.nameEn LIKE ${part}
      OR f.name LIKE ${part} OR f.nameEn LIKE ${part})`);
  }
  return Prisma.join(conditions, ' AND ');
}

/** SQL: a place is one of these or below one. */
export function within(tree: PlaceTree, places: readonly number[], placeId: Prisma.Sql): Prisma.Sql {
  const ids = [...tree.byId.keys()].filter((id) => tree.pathOf(id).some((place) => places.includes(place.id)));
  return ids.length > 0 ? Prisma.sql`${placeId} IN (${Prisma.join(ids)})` : Prisma.sql`FALSE`;
}

type Order = 'id' | 'soonest' | 'latest';

const orderSql: Record<Order, Prisma.Sql> = {
  id: Prisma.sql`ce.id DESC`,
  soonest: Prisma.sql`ce.validUntil ASC, ce.id ASC`,
  latest: Prisma.sql`ce.validUntil DESC, ce.id DESC`,
};

function orderOf(standing: Standing | undefined): Order {
  if (standing === 'expiring') return 'soonest';
  return standing === 'expired' ? 'latest' : 'id';
}

function after(order: Order, cursor: string | undefined): Prisma.Sql {
  const key = decodeCursor(cursor, order === 'id' ? 1 : 2);
  if (!key) return Prisma.sql`TRUE`;
  const [first, id] = key;
  if (order === 'id') return Prisma.sql`ce.id < ${Number(first)}`;
  const [day, last] = [String(first), Number(id)];
  return order === 'soonest'
    ? Prisma.sql`(ce.validUntil > ${day} OR (ce.validUntil = ${day} AND ce.id > ${last}))`
    : Prisma.sql`(ce.validUntil < ${day} OR (ce.validUntil = ${day} AND ce.id < ${last}))`;
}
