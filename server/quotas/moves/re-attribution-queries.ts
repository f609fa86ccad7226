import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { FundingSource, ReAttributionState } from '../../db/generated/enums.ts';
import { listOf } from '../board/progress-queries.ts';
import { standing } from '../tally/tally-standing.ts';
import type { UnitScope } from './re-attribution-policy.ts';
import { linesOf, type PurchaseKey } from './re-attribution-purchase.ts';

export interface ListedMove {
  id: number;
  orderId: number | null;
  offlineId: number | null;
  externalId: number | null;
  fromUnitId: number;
  fromCode: string;
  fromName: string;
  fromNameEn: string;
  toUnitId: number;
  toCode: string;
  toName: string;
  toNameEn: string;
  fundingSource: FundingSource;
  /** of the whole purchase, fen: what was bought, without freight */
  fen: number;
  placedOn: string;
  reason: string;
  state: ReAttributionState;
  requestedById: number;
  requestedByName: string | null;
  requestedAt: Date;
  decidedById: number | null;
  decidedByName: string | null;
  decidedAt: Date | null;
  decision: string | null;
  mergerId: number | null;
}

export interface MoveFilter {
  state?: ReAttributionState;
  beforeId?: number;
  limit: number;
}

/** Re-attributions that somebody may see, the newest first by key; mergers' among them. */
export async function listMoves(
  db: Db,
  scope: UnitScope,
  { state, beforeId, limit }: MoveFilter,
): Promise<ListedMove[]> {
  const parts = [visibleTo(scope)];
  if (state) parts.push(Prisma.sql`r.state = ${state}`);
  if (beforeId) parts.push(Prisma.sql`r.id < ${beforeId}`);
  const rows = await db.$queryRaw<ListedMove[]>`
    ${MOVES} WHERE ${Prisma.join(parts, ' AND ')} ORDER BY r.id DESC LIMIT ${limit}`;
  return rows.map(withFen);
}

/** One of them; undefined also for one that is not to be seen. */
export async function findMove(db: Db, scope: UnitScope, id: number): Promise<ListedMove | undefined> {
  const [row] = await db.$queryRaw<ListedMove[]>`${MOVES} WHERE r.id = ${id} AND ${visibleTo(scope)}`;
  return row && withFen(row);
}

/** The sum of an offline purchase's lines comes as a decimal or bigint. */
function withFen(row: ListedMove): ListedMove {
  return { ...row, fen: Number(row.fen) };
}

/** How many wait for a decision that the reader may see. */
export async function countOpenMoves(db: Db, scope: UnitScope): Promise<number> {
  const [row] = await db.$queryRaw<{ open: number | bigint }[]>`
    SELECT COUNT(*) AS open FROM (${MOVES} WHERE r.state = 'requested' AND ${visibleTo(scope)}) x`;
  return Number(row?.open ?? 0);
}

const MOVES = Prisma.sql`
  SELECT r.id, r.orderId, r.offlineId, r.externalId, r.fromUnitId, f.code AS fromCode, f.name AS fromName, f.nameEn AS fromNameEn,
    r.toUnitId, t.code AS toCode, t.name AS toName, t.nameEn AS toNameEn, COALESCE(o.fundingSource, x.fundingSource, e.fundingSource) AS fundingSource,
    CAST(COALESCE(o.goodsFen - o.discountFen, (SELECT SUM(l.fen) FROM offline_line l WHERE l.purchaseId = x.id), e.fen) AS SIGNED) AS fen,
    DATE_FORMAT(COALESCE(o.placedOn, x.purchasedOn, e.purchasedOn), '%Y-%m-%d') AS placedOn, r.reason, r.state,
    r.requestedById, a.name AS requestedByName, r.requestedAt, r.decidedById, d.name AS decidedByName, r.decidedAt, r.decision, r.mergerId
  FROM re_attribution r JOIN unit f ON f.id = r.fromUnitId JOIN unit t ON t.id = r.toUnitId
  LEFT JOIN \`order\` o ON o.id = r.orderId LEFT JOIN offline_purchase x ON x.id = r.offlineId
  LEFT JOIN external_purchase e ON e.id = r.externalId
  LEFT JOIN user a ON a.id = r.requestedById LEFT JOIN user d ON d.id = r.decidedById`;

function visibleTo({ actorId, isOperator, organized, answered }: UnitScope): Prisma.Sql {
  if (isOperator) return Prisma.sql`TRUE`;
  const of = (ids: ReadonlySet<number>) =>
    Prisma.sql`(r.fromUnitId IN (${listOf([...ids])}) OR r.toUnitId IN (${listOf([...ids])}))`;
  return Prisma.sql`(r.requestedById = ${actorId} OR ${of(organized)}
    OR (COALESCE(o.fundingSource, x.fundingSource, e.fundingSource) <> 'individual' AND ${of(answered)}))`;
}

export interface StandingSum {
  programmeId: number;
  programmeName: string;
  programmeNameEn: string;
  isClosed: boolean;
  placedFen: number;
  placedGrams: number;
  countedFen: number;
  countedGrams: number;
}

/** What stands of a whole purchase now, by programme, in fen and grams: what a re-attribution would move. */
export async function standingOf(db: Db, purchase: PurchaseKey): Promise<StandingSum[]> {
  const lines = await linesOf(db, purchase);
  if (lines.length === 0) return [];
  const all = Prisma.join(
    lines.map((line) => Prisma.sql`SELECT * FROM ${standing(line)}`),
    ' UNION ALL ',
  );
  const rows = await db.$queryRaw<(Omit<StandingSum, 'isClosed'> & { isClosed: number | bigint })[]>`
    SELECT p.id AS programmeId, p.name AS programmeName, p.nameEn AS programmeNameEn, p.state = 'closed' AS isClosed,
      SUM(x.placedFen) AS placedFen, SUM(x.placedGrams) AS placedGrams, SUM(x.countedFen) AS countedFen, SUM(x.countedGrams) AS countedGrams
    FROM (${all}) x JOIN programme p ON p.id = x.programmeId GROUP BY p.id ORDER BY p.id`;
  return rows.map((row) => ({
    ...row,
    isClosed: Boolean(Number(row.isClosed)),
    placedFen: Number(row.placedFen),
    placedGrams: Number(row.placedGrams),
    countedFen: Number(row.countedFen),
    countedGrams: Number(row.countedGrams),
  }));
}
