import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { addDays, type Day, dayFromColumn, dayOf, daysBetween, dayToColumn } from '../shared/days.ts';
import { notify } from './notify.ts';
import { peopleOf } from './tell-of-statements.ts';

/** The days before the last one on which a holder is reminded, the nearest first. */
const REMINDED_BEFORE_DAYS = [7, 30, 60] as const;
const TOLD_AFTER_DAYS = 7;
const FIRST_BEFORE_DAYS = Math.max(...REMINDED_BEFORE_DAYS);

/**
 * Reminds suppliers of their own and their products' certifications that end within 60, 30 and 7 days, each once for a last day
 * (rule 17); a holder who already has one for more than 60 days is left alone. May run as often as it likes: a term that passed while
 * nothing ran is told by the next one only.
 */
export async function remindExpiringCertifications(db: PrismaClient, now: Date): Promise<void> {
  const today = dayOf(now);
  for (const ending of await endingWithin(db, today, addDays(today, FIRST_BEFORE_DAYS))) {
    const day = ending.validUntil && dayFromColumn(ending.validUntil);
    const term = day && REMINDED_BEFORE_DAYS.find((days) => daysBetween(today, day) <= days);
    if (term) await tell(db, ending, 'certification_ends', `${day} ${term}`, today);
  }
}

/** Tells suppliers, once, of certifications that have ended within the last week and were not renewed: their goods are off the shelf. */
export async function tellEndedCertifications(db: PrismaClient, now: Date): Promise<void> {
  const today = dayOf(now);
  for (const ended of await endingWithin(db, addDays(today, -TOLD_AFTER_DAYS), addDays(today, -1)))
    await tell(db, ended, 'certification_ended', '', today);
}

type Ending = Awaited<ReturnType<typeof endingWithin>>[number];

async function tell(
  db: PrismaClient,
  { id, supplier, product, validUntil }: Ending,
  kind: 'certification_ends' | 'certification_ended',
  key: string,
  today: Day,
): Promise<void> {
  const seller = supplier ?? product?.supplier;
  if (!seller || !validUntil) return;
  const holder = product?.family ?? seller;
  const told = await peopleOf(db, { supplierId: seller.id }, today);
  const data = { holder: holder.name, holderEn: holder.nameEn ?? '', day: dayFromColumn(validUntil) };
  await notify(
    db,
    [...new Set(told)].map((userId) => ({
      ...{ userId, kind, data, link: pathTo('newApplication') },
      dedupeKey: [kind, id, key].filter(Boolean).join(' '),
    })),
  );
}

async function endingWithin(db: PrismaClient, from: Day, until: Day) {
  const last = dayToColumn(until);
  const lastsLonger = { state: 'certified' as const, number: { not: null }, validUntil: { gt: last } };
  return db.certification.findMany({
    where: {
      ...{ state: 'certified', number: { not: null } },
      validUntil: { gte: dayToColumn(from), lte: last },
      OR: [
        { supplier: { certifications: { none: lastsLonger } } },
        { product: { certifications: { none: lastsLonger } } },
      ],
    },
    orderBy: { id: 'asc' },
    select: {
      ...{ id: true, validUntil: true },
      supplier: { select: { id: true, name: true, nameEn: true } },
      product: {
        select: {
          id: true,
          family: { select: { name: true, nameEn: true } },
          supplier: { select: { id: true, name: true, nameEn: true } },
        },
      },
    },
  });
}
