import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { addDays, type Day, dayFromColumn, dayOf, daysBetween, dayToColumn } from '../shared/days.ts';
import { notify } from './notify.ts';
import { peopleOf } from './tell-of-statements.ts';

/** The days before the last one on which a holder is reminded, the nearest first. */
const REMINDED_BEFORE_DAYS = [7, 30, 60] as const;
const FIRST_BEFORE_DAYS = Math.max(...REMINDED_BEFORE_DAYS);

/**
 * Reminds suppliers of their own and their products' certifications that end within 60, 30 and 7 days, each once for a last day
 * (rule 17); a holder who already has one for more than 60 days is left alone. May run as often as it likes: a term that passed while
 * nothing ran is told by the next one only.
 */
export async function remindExpiringCertifications(db: PrismaClient, now: Date): Promise<void> {
  const today = dayOf(now);
  for (const { id, supplier, product, validUntil } of await expiring(db, today)) {
    const seller = supplier ?? product?.supplier;
    if (!seller || !validUntil) continue;
    const day = dayFromColumn(validUntil);
    const term = REMINDED_BEFORE_DAYS.find((days) => daysBetween(today, day) <= days);
    if (term === undefined) continue;
    const holder = product?.family ?? seller;
    const told = await peopleOf(db, { supplierId: seller.id }, today);
    await notify(
      db,
      [...new Set(told)].map((userId) => ({
        userId,
        kind: 'certification_ends' as const,
        data: { holder: holder.name, holderEn: holder.nameEn ?? '', day },
        link: product ? pathTo('product', { id: product.id }) : pathTo('supplier', { id: seller.id }),
        dedupeKey: `certification_ends ${id} ${day} ${term}`,
      })),
    );
  }
}

async function expiring(db: PrismaClient, today: Day) {
  const last = dayToColumn(addDays(today, FIRST_BEFORE_DAYS));
  const lastsLonger = { state: 'certified' as const, number: { not: null }, validUntil: { gt: last } };
  return db.certification.findMany({
    where: {
      ...{ state: 'certified', number: { not: null } },
      validUntil: { gte: dayToColumn(today), lte: last },
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
