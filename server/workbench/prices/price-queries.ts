import type { Db } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import { OPEN_STATES } from './change-price.ts';

const shown = {
  product: {
    select: {
      ...{ id: true, familyId: true, spec: true, specEn: true, saleUnit: true, saleUnitEn: true, netGrams: true },
      category: { select: { name: true, nameEn: true } },
      family: { select: { name: true, nameEn: true } },
      supplier: { select: { id: true, name: true, nameEn: true } },
      tiers: { orderBy: { fromQuantity: 'asc' }, select: { fromQuantity: true, priceFen: true } },
    },
  },
} satisfies Prisma.PriceChangeInclude;

export type ShownPrice = Prisma.PriceChangeGetPayload<{ include: typeof shown }>;

/** Flagged prices: those that wait, the longest first, or those that were decided, the newest first; beyond the key of the last one seen. */
export function listFlagged(
  db: Db,
  part: 'open' | 'decided',
  afterId: number | null,
  take: number,
): Promise<ShownPrice[]> {
  const isOpen = part === 'open';
  const key = afterId === null ? {} : { id: isOpen ? { gt: afterId } : { lt: afterId } };
  return db.priceChange.findMany({
    where: {
      ...key,
      ...(isOpen
        ? { state: { in: [...OPEN_STATES] } }
        : { state: { in: ['effective', 'refused'] }, flag: { not: null }, decidedAt: { not: null } }),
    },
    orderBy: { id: isOpen ? 'asc' : 'desc' },
    take,
    include: shown,
  });
}

const MOST_CHANGES = 30;

/** A product's prices, newest first, with those that wait or came to nothing. */
export function pricesOf(db: Db, productId: number) {
  return db.priceChange.findMany({ where: { productId }, orderBy: { id: 'desc' }, take: MOST_CHANGES });
}
