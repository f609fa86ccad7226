import { Prisma } from '../../db/generated/client.ts';
import type { Sql } from '../../db/sql.ts';
import type { Day } from '../../shared/days.ts';
import { groupBy } from '../../shared/group-by.ts';
import { findLineage, type Lineage } from '../../units/lineage.ts';
import { listOf } from '../board/progress-queries.ts';
import type { Fact } from './programme-retelling.ts';

interface MoveRow {
  id: number;
  purchaseId: number;
  fromUnitId: number;
  toUnitId: number;
  at: Date;
}

export type Moves = ReadonlyMap<number, readonly MoveRow[]>;

/** The approved re-attributions of purchases of one kind, by purchase, in their order (rule 6). */
export async function movesOf(
  tx: Sql,
  kind: 'order' | 'offline' | 'external',
  purchaseIds: readonly number[],
): Promise<Moves> {
  const column = Prisma.raw(`${kind}Id`);
  const rows = await tx.$queryRaw<MoveRow[]>`
    SELECT id, ${column} AS purchaseId, fromUnitId, toUnitId, decidedAt AS at FROM re_attribution
    WHERE ${column} IN (${listOf(purchaseIds)}) AND state = 'approved' ORDER BY decidedAt, id`;
  return groupBy(rows, (row) => row.purchaseId);
}

/** For whom a purchase was placed, and its moves as facts, each unit with its place in the tree on the day of placing. */
export async function holdersOf(
  tx: Sql,
  moves: readonly MoveRow[],
  { unitId, placedOn, lineage }: { unitId: number; placedOn: Day; lineage?: Lineage },
): Promise<{ holder: Lineage; facts: Fact[] }> {
  const first = moves[0]?.fromUnitId ?? unitId;
  const holder = lineage && lineage.unitId === first ? lineage : await findLineage(tx, first, placedOn);
  const facts: Fact[] = [];
  for (const { id, toUnitId, at } of moves)
    facts.push({
      ...{ does: 'move', source: 're_attribution', sourceId: id, at },
      to: await findLineage(tx, toUnitId, placedOn),
    });
  return { holder, facts };
}
