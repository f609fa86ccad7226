import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { CertificationState } from '../db/generated/enums.ts';
import { addDays, type Day, dayFromColumn } from '../shared/days.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import type { PlaceTree } from '../units/place-tree.ts';
import type { CertifiedPlaces } from './certification-policy.ts';

/** How a certification stands on a day; what expires within 60 days is valid and expiring, what was certified from a later day on is coming. */
export const STANDINGS = [
  'valid',
  'expiring',
  'coming',
  'expired',
  'suspended',
  'revoked',
  'pending',
  'refused',
] as const;
export type Standing = (typeof STANDINGS)[number];

/** How what anyone may know of stands (rule 17). */
export const PUBLIC_STANDINGS = [
  'valid',
  'expiring',
  'coming',
  'expired',
  'suspended',
  'revoked',
] as const satisfies readonly Standing[];
export type PublicStanding = (typeof PUBLIC_STANDINGS)[number];

export const EXPIRING_DAYS = 60;

export interface RegisterQuery {
  standing?: Standing;
  of?: 'supplier' | 'product';
  /** part of a name of the supplier or goods, or of a number */
  q?: string;
  /** of goods or suppliers of these places */
  placeIds?: readonly number[];
  cursor?: string;
  limit: number;
}

export interface RegisterScope {
  today: Day;
  tree: PlaceTree;
  places: CertifiedPlaces;
  /** what anyone may know alone: certifications that were issued, whatever became of them */
  isPublic?: boolean;
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
export function standingOf(
  { state, validFrom, validUntil }: Pick<RegisterRow, 'state' | 'validFrom' | 'validUntil'>,
  today: Day,
): Standing {
  if (state === 'suspended' || state === 'refused') return state;
  if (state === 'withdrawn') return 'refused';
  if (state === 'revoked' || state === 'disqualified') return 'revoked';
  if (state !== 'certified' || validUntil === null) return 'pending';
  if (validFrom !== null && validFrom > today) return 'coming';
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
  query: Pick<RegisterQuery, 'of' | 'q' | 'placeIds'>,
): Promise<Record<Standing | 'all', number>> {
  const sums = STANDINGS.map(
    (standing) =>
      Prisma.sql`CAST(COALESCE(SUM(${standsAs(standing, scope.today)}), 0) AS SIGNED) AS ${Prisma.raw(standing)}`,
  );
  const tables = query.q || scope.places !== null ? registerTables : Prisma.sql`FROM certification ce`;
  const [row] = await db.$queryRaw<Record<Standing | 'all', number | bigint>[]>`
    SELECT COUNT(*) AS \`all\`, ${Prisma.join(sums)} ${tables} WHERE ${matching(scope, query)}`;
  const counted = STANDINGS.map((standing) => [standing, Number(row?.[standing] ?? 0)] as const);
  return { all: Number(row?.all ?? 0), ...(Object.fromEntries(counted) as Record<Standing, number>) };
}

/** SQL: it was issued. No case that runs, was refused or withdrawn, and no draft, which has no certification (rule 17). */
export const isIssued = Prisma.sql`(ce.number IS NOT NULL AND ce.state IN ('certified', 'suspended', 'revoked', 'disqualified'))`;

function standsAs(standing: Standing, today: Day): Prisma.Sql {
  switch (standing) {
    case 'valid':
      return Prisma.sql`(ce.state = 'certified' AND ce.validUntil >= ${today} AND ce.validFrom <= ${today})`;
    case 'expiring':
      return Prisma.sql`(ce.state = 'certified' AND ce.validUntil BETWEEN ${today} AND ${addDays(today, EXPIRING_DAYS)} AND ce.validFrom <= ${today})`;
    case 'coming':
      return Prisma.sql`(ce.state = 'certified' AND ce.validFrom > ${today})`;
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

function matching(
  { tree, places, isPublic }: RegisterScope,
  { of, q, placeIds }: Pick<RegisterQuery, 'of' | 'q' | 'placeIds'>,
): Prisma.Sql {
  const conditions = [isPublic ? isIssued : Prisma.sql`TRUE`];
  if (placeIds) conditions.push(ofPlaces(placeIds));
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

/** SQL: of goods or suppliers of these places, found by the indexes of both. */
function ofPlaces(placeIds: readonly number[]): Prisma.Sql {
  if (placeIds.length === 0) return Prisma.sql`FALSE`;
  const ids = Prisma.join([...placeIds]);
  // Once more inside out: MariaDB would look a bare UNION up again for every certification.
  return Prisma.sql`ce.id IN (SELECT id FROM (
    SELECT c1.id FROM supplier s1 JOIN certification c1 ON c1.supplierId = s1.id WHERE s1.placeId IN (${ids})
    UNION ALL SELECT c2.id FROM product p2 JOIN certification c2 ON c2.productId = p2.id WHERE p2.placeId IN (${ids})) placed)`;
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
