import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { CapKind } from '../../db/generated/enums.ts';
import type { Day } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import { listOf } from '../board/progress-queries.ts';

/** A cap with what it is on. `limitValue` and `used` are units of sale, or fen where it is of union funds. */
export interface ListedCap {
  id: number;
  kind: CapKind;
  limitValue: number;
  startsOn: Day;
  endsOn: Day;
  productId: number | null;
  productCode: string | null;
  productName: string | null;
  productNameEn: string | null;
  spec: string | null;
  specEn: string | null;
  saleUnit: string | null;
  saleUnitEn: string | null;
  programmeId: number | null;
  programmeName: string | null;
  programmeNameEn: string | null;
  /** all that its holders have used, and how many of them have something or nothing left */
  used: number;
  holders: number;
  atLimit: number;
}

/** Caps on goods, and those of the groups' programmes (null: of all), running ones first. */
export async function listCaps(db: Db, groups: readonly number[] | null, today: Day): Promise<ListedCap[]> {
  const seen =
    groups === null ? Prisma.sql`TRUE` : Prisma.sql`(c.programmeId IS NULL OR p.groupId IN (${listOf(groups)}))`;
  return readCaps(db, Prisma.sql`${seen}`, Prisma.sql`c.endsOn >= ${today} DESC, c.kind, c.endsOn DESC, c.id DESC`);
}

/** Throws NotFound also for the cap of a programme of other groups. */
export async function findCap(db: Db, id: number, groups: readonly number[] | null): Promise<ListedCap> {
  const seen =
    groups === null ? Prisma.sql`TRUE` : Prisma.sql`(c.programmeId IS NULL OR p.groupId IN (${listOf(groups)}))`;
  const [cap] = await readCaps(db, Prisma.sql`c.id = ${id} AND ${seen}`, Prisma.sql`c.id`);
  if (!cap) throw new NotFound();
  return cap;
}

async function readCaps(db: Db, where: Prisma.Sql, order: Prisma.Sql): Promise<ListedCap[]> {
  const rows = await db.$queryRaw<ListedCap[]>`
    SELECT c.id, c.kind, c.limitValue, DATE_FORMAT(c.startsOn, '%Y-%m-%d') AS startsOn, DATE_FORMAT(c.endsOn, '%Y-%m-%d') AS endsOn,
      c.productId, g.code AS productCode, f.name AS productName, f.nameEn AS productNameEn, g.spec, g.specEn, g.saleUnit, g.saleUnitEn,
      c.programmeId, p.name AS programmeName, p.nameEn AS programmeNameEn,
      COALESCE(u.used, 0) AS used, COALESCE(u.holders, 0) AS holders, COALESCE(u.atLimit, 0) AS atLimit
    FROM cap c
    LEFT JOIN product g ON g.id = c.productId LEFT JOIN product_family f ON f.id = g.familyId
    LEFT JOIN programme p ON p.id = c.programmeId
    LEFT JOIN (
      SELECT n.capId, SUM(n.used) AS used, SUM(n.used > 0) AS holders, SUM(n.used > 0 AND n.used >= ${limitOf('n', 'k')}) AS atLimit
      FROM cap_counter n JOIN cap k ON k.id = n.capId LEFT JOIN unit un ON un.id = n.holderId AND k.kind = 'employee_union_year'
      GROUP BY n.capId
    ) u ON u.capId = c.id
    WHERE ${where} ORDER BY ${order} LIMIT 500`;
  return rows.map((row) => ({
    ...row,
    limitValue: Number(row.limitValue),
    used: Number(row.used),
    holders: Number(row.holders),
    atLimit: Number(row.atLimit),
  }));
}

/** What a counter may reach: its own share, else the cap's limit, which of union funds is per employee of unit `un`. */
function limitOf(counter: string, cap: string): Prisma.Sql {
  return Prisma.raw(
    `COALESCE(${counter}.limitValue, ${cap}.limitValue * IF(${cap}.kind = 'employee_union_year', COALESCE(un.employees, 0), 1))`,
  );
}

/** A unit's part of a cap: what it used and may use. */
export interface CapShare {
  unitId: number;
  code: string;
  name: string;
  nameEn: string;
  employees: number;
  used: number;
  /** its own share of a scarce product; null: the cap's limit holds */
  share: number | null;
  limit: number;
}

/** The units that used something of a cap or have a share of it, the fullest first; of persons nothing is listed (rule 31). */
export async function listCapShares(db: Db, capId: number): Promise<CapShare[]> {
  const rows = await db.$queryRaw<CapShare[]>`
    SELECT un.id AS unitId, un.code, un.name, un.nameEn, un.employees, n.used, n.limitValue AS share, ${limitOf('n', 'k')} AS \`limit\`
    FROM cap_counter n JOIN cap k ON k.id = n.capId AND k.kind <> 'person_product' JOIN unit un ON un.id = n.holderId
    WHERE n.capId = ${capId} AND (n.used <> 0 OR n.limitValue IS NOT NULL)
    ORDER BY n.used / GREATEST(1, ${limitOf('n', 'k')}) DESC, un.id`;
  return rows.map((row) => ({
    ...row,
    used: Number(row.used),
    share: row.share === null ? null : Number(row.share),
    limit: Number(row.limit),
  }));
}
