import type { Sql } from '../db/sql.ts';

/** How points are earned and spent; a point is worth a fen. */
export interface PointsRule {
  /** earned for each whole yuan of money that accepted goods cost */
  perYuan: number;
  /** of the goods of an order at most so much by points, in percent */
  mostPercent: number;
}

export const POINTS_PER_YUAN = 'points.perYuan';
export const POINTS_MOST_PERCENT = 'points.mostPercent';

/** Until an operator sets them: 1 % of what is paid, and at most half of the goods. */
const FIRST: PointsRule = { perYuan: 1, mostPercent: 50 };

/** The rule as the operators last set it (set-points-rule.ts). */
export async function readPointsRule(db: Sql): Promise<PointsRule> {
  const rows = await db.$queryRaw<{ key: string; value: string }[]>`
    SELECT \`key\`, value FROM setting WHERE \`key\` IN (${POINTS_PER_YUAN}, ${POINTS_MOST_PERCENT})`;
  const of = (key: string) => rows.find((row) => row.key === key)?.value;
  return {
    perYuan: Number(of(POINTS_PER_YUAN) ?? FIRST.perYuan),
    mostPercent: Number(of(POINTS_MOST_PERCENT) ?? FIRST.mostPercent),
  };
}
