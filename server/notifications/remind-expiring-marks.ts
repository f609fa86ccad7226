import { peopleServing } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { addDays, dayFromColumn, dayOf, daysBetween, dayToColumn } from '../shared/days.ts';
import { notify } from './notify.ts';

/** The days before the last one on which a holder is reminded, the nearest first. */
const REMINDED_BEFORE_DAYS = [7, 60] as const;

/**
 * Reminds suppliers of green, organic and geographic certificates that end within 60 and 7 days, each once; one that was handed in again
 * for a later term under its number is left alone. May run as often as it likes.
 */
export async function remindExpiringMarks(db: PrismaClient, now: Date): Promise<void> {
  const today = dayOf(now);
  const marks = await db.qualityMark.findMany({
    where: {
      state: 'confirmed',
      validUntil: { gte: dayToColumn(today), lte: dayToColumn(addDays(today, Math.max(...REMINDED_BEFORE_DAYS))) },
    },
    orderBy: { id: 'asc' },
    include: { supplier: { select: { name: true, nameEn: true } } },
  });
  const numbers = { in: marks.map(({ number }) => number) };
  const renewals = await db.qualityMark.findMany({
    where: { number: numbers, state: { in: ['submitted', 'confirmed'] } },
  });
  const people = await peopleServing(
    db,
    marks.map(({ supplierId }) => supplierId),
    today,
  );
  for (const mark of marks) {
    const { id, kind, number, supplier, supplierId, validUntil } = mark;
    if (renewals.some((one) => one.kind === kind && one.number === number && one.validUntil > validUntil)) continue;
    const day = dayFromColumn(validUntil);
    const term = REMINDED_BEFORE_DAYS.find((days) => daysBetween(today, day) <= days);
    await notify(
      db,
      [...new Set(people.get(supplierId) ?? [])].map((userId) => ({
        ...{ userId, kind: 'mark_ends' as const, data: { name: supplier.name, nameEn: supplier.nameEn, number, day } },
        ...{ link: pathTo('supplierMarks', { supplier: supplierId }), dedupeKey: `mark_ends ${id} ${term}` },
      })),
    );
  }
}
