import type { Db } from '../db/client.ts';
import { addDays, type Day, dayToColumn } from '../shared/days.ts';
import { fold } from './normalize-text.ts';

const LONGEST = 32;
const DAYS = 30;
const KEPT_DAYS = 90;
const MOST_SHOWN = 50;

/** Counts a search that found nothing, of nobody; what may be a telephone number or an address is not kept. */
export async function noteMiss(db: Db, q: string, day: Day): Promise<void> {
  const word = fold(q).replace(/\s+/g, ' ').trim();
  if (word === '' || word.length > LONGEST || /\d{5,}|@/.test(word)) return;
  await db.$executeRaw`
    INSERT INTO search_miss (day, word, count) VALUES (${dayToColumn(day)}, ${word}, 1) ON DUPLICATE KEY UPDATE count = count + 1`;
}

/** What was looked for in vain most often in the last thirty days. */
export async function findMisses(db: Db, today: Day): Promise<{ word: string; count: number }[]> {
  const rows = await db.searchMiss.groupBy({
    by: ['word'],
    where: { day: { gt: dayToColumn(addDays(today, -DAYS)) } },
    _sum: { count: true },
    orderBy: [{ _sum: { count: 'desc' } }, { word: 'asc' }],
    take: MOST_SHOWN,
  });
  return rows.map(({ word, _sum }) => ({ word, count: _sum.count ?? 0 }));
}

/** A quarter is enough to see what is missing. */
export async function forgetMisses(db: Db, today: Day): Promise<void> {
  await db.searchMiss.deleteMany({ where: { day: { lt: dayToColumn(addDays(today, -KEPT_DAYS)) } } });
}
