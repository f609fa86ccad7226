import { z } from 'zod';
import { type Actor, requireRole } from '../accounts/actor.ts';
import { listName } from '../cart/list-form.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { addDays, type Day, daysBetween, dayToColumn } from '../shared/days.ts';
import { BadInput } from '../shared/errors.ts';
import { isWeekend } from './holidays.ts';
import { dayText } from './standing-order-form.ts';

const MOST_DAYS = 31;

export const holidayForm = z.object({
  day: dayText,
  until: z.union([z.literal(''), dayText]).default(''),
  name: listName,
  kind: z.enum(['off', 'worked']).default('off'),
});
export type HolidayWish = z.infer<typeof holidayForm>;

/**
 * Keeps every day from `day` until `until` (or that day alone) as a holiday, or as weekend days that are worked; what was kept of these
 * days before gives way. Operators only. Refuses by field an end before the beginning, more than 31 days, and a weekday that would be worked.
 */
export async function keepHolidays(db: PrismaClient, actor: Actor, wish: HolidayWish, now: Date): Promise<void> {
  requireRole(actor, 'operator');
  const { day, name, kind } = wish;
  const days = daysOf(day, wish.until || day);
  const worked = kind === 'worked';
  if (worked && !days.every(isWeekend)) throw new BadInput([{ path: 'day', code: 'workedIsWeekend' }]);
  await inTransaction(db, async (tx) => {
    const rows = days.map((one) => Prisma.sql`(${dayToColumn(one)}, ${name}, ${worked})`);
    await tx.$executeRaw`
      INSERT INTO holiday (day, name, worked) VALUES ${Prisma.join(rows)}
      ON DUPLICATE KEY UPDATE name = VALUES(name), worked = VALUES(worked)`;
    await audit(tx, {
      ...{ at: now, actorId: actor.id, action: 'holiday.set', subjectType: 'holiday' },
      ...{ subjectId: Number(day.replaceAll('-', '')), after: { day, until: days.at(-1), name, worked } },
    });
  });
}

function daysOf(first: Day, last: Day): Day[] {
  const more = daysBetween(first, last);
  if (more < 0) throw new BadInput([{ path: 'until', code: 'endsBeforeStart' }]);
  if (more >= MOST_DAYS) throw new BadInput([{ path: 'until', code: 'tooManyDays', values: { most: MOST_DAYS } }]);
  return Array.from({ length: more + 1 }, (_, ahead) => addDays(first, ahead));
}
