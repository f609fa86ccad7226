import type { Db } from '../../db/client.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import { goodsQualify } from '../tally/qualifying.ts';

/** Where no programme speaks of the goods. */
const USUAL_LIMIT_BP = 1000;

/** By how much, in basis points, a price of such goods may rise: the strictest limit of the programmes that run and count them (rule 21). */
export async function priceRiseLimit(
  db: Db,
  goods: { categoryId: number; placeId: number },
  day: Day,
): Promise<number> {
  const on = dayToColumn(day);
  const [row] = await db.$queryRaw<{ limitBp: number | null }[]>`
    SELECT MIN(p.priceRiseLimitBp) AS limitBp
    FROM programme p JOIN category k ON k.id = ${goods.categoryId} JOIN place g ON g.id = ${goods.placeId}
    WHERE p.state = 'open' AND p.startsOn <= ${on} AND p.endsOn >= ${on} AND ${goodsQualify()}`;
  return row?.limitBp ?? USUAL_LIMIT_BP;
}
