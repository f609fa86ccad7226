import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { Day } from '../shared/days.ts';
import { availableQuantity, onShelf } from './shelf.ts';

export interface ShelfGoods {
  categoryId: number;
  products: number;
  suppliers: number;
}

/** How many certified products with stock there are by category, of these origins; undefined: of any. */
export async function countGoodsOnShelf(
  db: Db,
  today: Day,
  originPlaceIds: readonly number[] | undefined,
): Promise<ShelfGoods[]> {
  const origin =
    originPlaceIds === undefined
      ? Prisma.sql`TRUE`
      : Prisma.sql`p.placeId IN (${Prisma.join(originPlaceIds.length > 0 ? [...originPlaceIds] : [0])})`;
  const rows = await db.$queryRaw<ShelfGoods[]>`
    SELECT p.categoryId, COUNT(*) AS products, COUNT(DISTINCT p.supplierId) AS suppliers
    FROM product p JOIN supplier s ON s.id = p.supplierId
    WHERE ${origin} AND ${onShelf(today)} AND ${availableQuantity(today)} > 0
    GROUP BY p.categoryId ORDER BY products DESC, p.categoryId`;
  return rows.map(({ categoryId, products, suppliers }) => ({
    categoryId,
    products: Number(products),
    suppliers: Number(suppliers),
  }));
}
