import { fast, type PrismaClient } from '../db/client.ts';
import type { Prisma } from '../db/generated/client.ts';
import type { Day } from '../shared/days.ts';
import { remember } from '../shared/remember.ts';
import { listNotices, type ShownNotice } from '../suppliers/notice-queries.ts';
import { browseProducts } from './browse-products.ts';
import type { ProductCard } from './product-cards.ts';
import { onShelf } from './shelf.ts';

export interface HomeFigures {
  products: number;
  suppliers: number;
  places: number;
  households: number;
}

export interface HomePage {
  bestsellers: ProductCard[];
  newest: ProductCard[];
  notices: ShownNotice[];
  figures: HomeFigures;
}

const MOST_FEATURED = 10;
const MOST_NEW = 5;

/** What the front page shows to everybody: one specification of each family, notices whose term runs, and figures. Four statements. */
export async function findHomePage(db: PrismaClient, today: Day): Promise<HomePage> {
  const [sold, fresh, notices, figures] = await Promise.all([
    browseProducts(db, { order: 'sales', limit: 3 * MOST_FEATURED }, today),
    browseProducts(db, { order: 'newest', limit: 3 * (MOST_FEATURED + MOST_NEW) }, today),
    listNotices(db, today, { past: false, limit: 5 }),
    homeFigures(db, today),
  ]);
  const bestsellers = oneOfEach(sold, new Set()).slice(0, MOST_FEATURED);
  const shown = new Set(bestsellers.map((card) => card.familyId));
  return { bestsellers, newest: oneOfEach(fresh, shown).slice(0, MOST_NEW), notices, figures };
}

function oneOfEach(cards: readonly ProductCard[], seen: Set<number>): ProductCard[] {
  const families = new Set(seen);
  return cards.filter(({ familyId }) => !families.has(familyId) && families.add(familyId));
}

/**
 * Products on the shelf with their suppliers and places of origin, and the households that those suppliers told of; at most a minute
 * old, because it looks at every product.
 */
export const homeFigures = remember(60_000, async (db: PrismaClient, today: Day): Promise<HomeFigures> => {
  const [row] = await fast(db).$queryRaw<Record<keyof HomeFigures, number | bigint | Prisma.Decimal>[]>`
    SELECT COUNT(*) AS products, COUNT(DISTINCT p.supplierId) AS suppliers, COUNT(DISTINCT p.placeId) AS places,
      (SELECT COALESCE(SUM(most.households), 0) FROM (
        SELECT MAX(fb.households) AS households FROM farmer_benefit fb JOIN supplier s ON s.id = fb.supplierId AND s.state = 'active' GROUP BY fb.supplierId
      ) most) AS households
    FROM product p JOIN supplier s ON s.id = p.supplierId WHERE ${onShelf(today)}`;
  return {
    products: Number(row?.products ?? 0),
    suppliers: Number(row?.suppliers ?? 0),
    places: Number(row?.places ?? 0),
    households: Number(row?.households ?? 0),
  };
});
