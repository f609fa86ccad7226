import { Prisma } from '../../db/generated/client.ts';
import type { DeclaredState, FundingSource } from '../../db/generated/enums.ts';
import type { Sql } from '../../db/sql.ts';
import { dayFromColumn } from '../../shared/days.ts';
import { groupBy } from '../../shared/group-by.ts';
import { certificationHolds } from '../../suppliers/valid-certification.ts';
import { listOf } from '../board/progress-queries.ts';
import { goodsQualify } from '../tally/qualifying.ts';
import { holdersOf, movesOf } from './programme-moves.ts';
import { inOrder } from './programme-order-facts.ts';
import type { Amount, Fact, ToldLine, ToldPurchase } from './programme-retelling.ts';
import type { LoadedRule } from './programme-rule.ts';

export type DeclaredKind = 'offline' | 'external';

interface DeclaredRow {
  id: number;
  unitId: number;
  fundingSource: FundingSource;
  state: DeclaredState;
  purchasedOn: Date;
  declaredAt: Date;
  decidedAt: Date | null;
}

const ENDED: readonly DeclaredState[] = ['returned', 'withdrawn'];

type LineRow = Omit<ToldLine, 'bought' | 'allowanceFen' | 'facts'> & Amount;

/**
 * The declared or imported purchases among these that count in the programme for anyone who held them. An import is checked before and
 * so counts at once; what was returned and declared anew is told from its newest declaration. The caller holds their row locks.
 */
export async function toldDeclared(
  tx: Sql,
  rule: LoadedRule,
  kind: DeclaredKind,
  ids: readonly number[],
): Promise<ToldPurchase[]> {
  const rows = await purchasesToTell(tx, rule, kind, ids);
  const moves = await movesOf(tx, kind, ids);
  const acts = kind === 'offline' ? await actsOn(tx, ids) : await changesOf(tx, ids);
  const told: ToldPurchase[] = [];
  for (const row of rows) {
    const placedOn = dayFromColumn(row.purchasedOn);
    const { holder, facts } = await holdersOf(tx, moves.get(row.id) ?? [], { unitId: row.unitId, placedOn });
    const holders = [holder, ...facts.flatMap((fact) => (fact.does === 'move' ? [fact.to] : []))];
    if (!holders.some(rule.takesPart)) continue;
    const lines = await linesToTell(tx, rule, kind, row);
    const { happened, first } = factsOf(kind, row, acts.get(row.id) ?? []);
    told.push({
      ...{ orderId: null, fundingSource: row.fundingSource, channel: kind, zoneId: null, placedOn, holder },
      lines: lines.map(({ fen, grams, ...line }) => ({
        ...line,
        bought: first ?? { fen, grams },
        allowanceFen: 0,
        facts: inOrder([...happened, ...facts], 'declared'),
      })),
    });
  }
  return told;
}

const ROWS: Record<DeclaredKind, Prisma.Sql> = {
  offline: Prisma.sql`SELECT x.id, x.unitId, x.fundingSource, x.state, x.purchasedOn, x.declaredAt, x.decidedAt FROM offline_purchase x`,
  external: Prisma.sql`SELECT x.id, x.unitId, x.fundingSource, x.state, x.purchasedOn, i.at AS declaredAt, i.at AS decidedAt
    FROM external_purchase x JOIN external_import i ON i.id = x.importId`,
};

const LINES: Record<DeclaredKind, Prisma.Sql> = {
  offline: Prisma.sql`SELECT id, purchaseId, categoryId, originPlaceId, supplierId, fen, grams FROM offline_line`,
  external: Prisma.sql`SELECT id, id AS purchaseId, categoryId, originPlaceId, NULL AS supplierId, fen, grams FROM external_purchase`,
};

/** Those whose declaration the programme has not taken itself. */
function purchasesToTell(
  tx: Sql,
  { programmeId }: LoadedRule,
  kind: DeclaredKind,
  ids: readonly number[],
): PromiseLike<DeclaredRow[]> {
  return tx.$queryRaw<DeclaredRow[]>`
    ${ROWS[kind]} WHERE x.id IN (${listOf(ids)}) AND NOT EXISTS (
      SELECT 1 FROM tally_entry e WHERE e.source = ${kind} AND e.sourceId = x.id AND e.programmeId = ${programmeId} AND e.event = 'placed'
        AND e.orderId IS NULL AND e.leg = 0)
    ORDER BY x.id`;
}

function linesToTell(
  tx: Sql,
  { programmeId }: LoadedRule,
  kind: DeclaredKind,
  { id, purchasedOn }: DeclaredRow,
): PromiseLike<LineRow[]> {
  return tx.$queryRaw<LineRow[]>`
    SELECT l.id AS lineId, l.categoryId, l.originPlaceId, l.supplierId, l.fen, l.grams
    FROM (${LINES[kind]}) l JOIN category k ON k.id = l.categoryId JOIN place g ON g.id = l.originPlaceId
    WHERE l.purchaseId = ${id} AND (l.supplierId IS NULL OR EXISTS (
        SELECT 1 FROM certification c WHERE c.supplierId = l.supplierId AND ${certificationHolds(dayFromColumn(purchasedOn))}))
      AND ${goodsQualify(programmeId)}
    ORDER BY l.id`;
}

/** What was done to a declaration, from its audit lines, or what a later list told of an imported purchase. */
type Act = { purchaseId: number; id: number; at: Date; action: string; before?: Amount; part?: Amount };
type Acts = Map<number, Act[]>;

const DECLARING = ['offline_purchase.declare', 'offline_purchase.correct'];
const ENDING = ['offline_purchase.return', 'offline_purchase.withdraw'];
const VERIFYING = 'offline_purchase.verify';

async function actsOn(tx: Sql, ids: readonly number[]): Promise<Acts> {
  const rows = await tx.$queryRaw<Act[]>`
    SELECT subjectId AS purchaseId, id, at, action FROM audit_line
    WHERE subjectType = 'offline_purchase' AND subjectId IN (${listOf(ids)})
      AND action IN (${Prisma.join([...DECLARING, ...ENDING, VERIFYING])}) ORDER BY id`;
  return groupBy(rows, (row) => row.purchaseId);
}

async function changesOf(tx: Sql, ids: readonly number[]): Promise<Acts> {
  const rows = await tx.$queryRaw<
    (Omit<Act, 'before' | 'part'> & Record<`${'before' | 'after'}${'Fen' | 'Grams'}`, number>)[]
  >`
    SELECT id, purchaseId, at, 'change' AS action, beforeFen, beforeGrams, afterFen, afterGrams
    FROM external_change WHERE purchaseId IN (${listOf(ids)}) ORDER BY id`;
  const acts = rows.map(({ beforeFen, beforeGrams, afterFen, afterGrams, ...row }) => ({
    ...row,
    before: { fen: beforeFen, grams: beforeGrams },
    part: { fen: beforeFen - afterFen, grams: beforeGrams - afterGrams },
  }));
  return groupBy(acts, (row) => row.purchaseId);
}

/**
 * A declaration as it was last placed, and what followed; without audit lines (as loaded in bulk) what its columns say. Of an import
 * the amounts that its first list told, less what later lists told less.
 */
function factsOf(kind: DeclaredKind, row: DeclaredRow, acts: readonly Act[]): { happened: Fact[]; first?: Amount } {
  const by = { source: kind, sourceId: row.id } as const;
  const all = { of: 'all', part: { fen: 0, grams: 0 } } as const;
  const happened: Fact[] = [{ ...by, at: row.declaredAt, does: 'place' }];
  const count = (at: Date) => happened.push({ ...by, at, does: 'count', by: 'verification' });
  const end = (at: Date) => happened.push({ ...by, at, does: 'take_back', ...all });
  if (kind === 'external') {
    if (row.state !== 'declared') count(row.declaredAt);
    for (const { id, at, part } of acts)
      if (part && (part.fen > 0 || part.grams > 0))
        happened.push({ source: kind, sourceId: id, at, does: 'take_back', of: 'accepted', part });
    if (acts.length === 0 && ENDED.includes(row.state)) end(row.declaredAt);
    return { happened, first: acts[0]?.before };
  }
  const since = acts.slice(acts.findLastIndex(({ action }) => DECLARING.includes(action)) + 1);
  for (const { action, at } of since) action === VERIFYING ? count(at) : end(at);
  if (acts.length === 0 && row.state === 'verified') count(row.decidedAt ?? row.declaredAt);
  if (acts.length === 0 && ENDED.includes(row.state)) end(row.decidedAt ?? row.declaredAt);
  return { happened };
}
