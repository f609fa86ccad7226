import type { Db } from '../db/client.ts';
import { addDays, type Day, dayOf } from '../shared/days.ts';

/** Days from its delivery within which every line of a statement is to be paid, an extension included (rule 27). */
const MOST_DAYS = 60;

/** The last day on which a statement may be due, by agreement or extension: that of its earliest delivery; null without one. */
export async function latestDueOn(db: Db, statementId: number): Promise<Day | null> {
  const [first] = await db.$queryRaw<{ at: Date | null }[]>`
    SELECT MIN(at) AS at FROM statement_line WHERE statementId = ${statementId} AND fen > 0`;
  return first?.at ? addDays(dayOf(first.at), MOST_DAYS) : null;
}
