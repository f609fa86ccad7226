import { fast, type PrismaClient } from '../../db/client.ts';
import { type Day, dayOf } from '../../shared/days.ts';
import { NotFound, RuleRefusal } from '../../shared/errors.ts';
import { type CardRow, cardColumns, cardOf, cardTables, type ProductCard } from '../product-cards.ts';
import { onShelf } from '../shelf.ts';

const MOST_FAVOURITES = 200;

/**
 * Keeps a product as a favourite of its own person; a second time changes nothing. Refuses unknown products and drafts with 404, and more
 * than 200 with `tooManyFavourites`.
 */
export async function addFavourite(db: PrismaClient, userId: number, productId: number, at: Date): Promise<void> {
  const product = await db.product.findUnique({ where: { id: productId }, select: { priceFen: true, state: true } });
  if (!product || product.state === 'draft') throw new NotFound();
  if ((await db.favourite.count({ where: { userId } })) >= MOST_FAVOURITES)
    throw new RuleRefusal('tooManyFavourites', [], { most: MOST_FAVOURITES });
  await fast(db).$executeRaw`
    INSERT INTO favourite (userId, productId, at, priceFen) VALUES (${userId}, ${productId}, ${at}, ${product.priceFen})
    ON DUPLICATE KEY UPDATE userId = userId`;
}

export async function removeFavourite(db: PrismaClient, userId: number, productId: number): Promise<void> {
  await db.favourite.deleteMany({ where: { userId, productId } });
}

export async function isFavourite(db: PrismaClient, userId: number, productId: number): Promise<boolean> {
  const rows = await fast(db).$queryRaw<unknown[]>`
    SELECT 1 FROM favourite WHERE userId = ${userId} AND productId = ${productId}`;
  return rows.length > 0;
}

export interface FavouriteCard extends ProductCard {
  /** the price when it was kept; null: not known */
  keptFen: number | null;
  isOnShelf: boolean;
}

/** A person's favourites, the latest first, also those that left the shelf. One statement. */
export async function listFavourites(db: PrismaClient, userId: number, now: Date): Promise<FavouriteCard[]> {
  const today: Day = dayOf(now);
  const rows = await fast(db).$queryRaw<(CardRow & { keptFen: number | null; shelf: number | bigint })[]>`
    SELECT ${cardColumns(today)}, v.priceFen AS keptFen, ${onShelf(today)} AS shelf
    FROM ${cardTables} JOIN favourite v ON v.productId = p.id
    WHERE v.userId = ${userId} AND p.state <> 'draft' ORDER BY v.at DESC, v.productId DESC LIMIT ${MOST_FAVOURITES}`;
  return rows.map(({ keptFen, shelf, ...row }) => ({
    ...cardOf<ProductCard>(row as CardRow, today),
    ...{ keptFen, isOnShelf: Number(shelf) === 1 },
  }));
}
