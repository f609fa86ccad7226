import type { Db } from '../../db/client.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import type { Board } from '../board/board.ts';
import { chainOf } from '../board/roll-up.ts';

interface Helped {
  fen: number;
  grams: number;
}

/** What was helped to sell in a programme's time up to a day, its own figure beside everything bought (rule 16), by unit with those below. */
export async function loadHelped(db: Db, { programme, byId, units }: Board, day: Day) {
  const rows = await db.$queryRaw<{ unitId: number; fen: number; grams: number }[]>`
    SELECT unitId, SUM(fen) AS fen, SUM(grams) AS grams FROM helped_sale
    WHERE onDay >= ${dayToColumn(programme.startsOn)} AND onDay <= ${dayToColumn(day)} GROUP BY unitId`;
  const total: Helped = { fen: 0, grams: 0 };
  const byUnit = new Map<number, Helped>();
  const listed = new Set(units.map(({ id }) => id));
  for (const { unitId, ...sum } of rows) {
    const unit = byId.get(unitId);
    if (!unit || !listed.has(unitId)) continue;
    add(total, sum);
    for (const id of chainOf(unit, byId)) {
      const own = byUnit.get(id) ?? { fen: 0, grams: 0 };
      add(own, sum);
      byUnit.set(id, own);
    }
  }
  return { total, of: (unitId: number): Helped => byUnit.get(unitId) ?? { fen: 0, grams: 0 } };
}

function add(sum: Helped, { fen, grams }: Helped): void {
  sum.fen += Number(fen);
  sum.grams += Number(grams);
}
