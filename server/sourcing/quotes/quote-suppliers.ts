import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';

export interface LikeSupplier {
  id: number;
  name: string;
  nameEn: string;
  /** how many of the products asked for it can offer something of the kind for */
  matches: number;
}

/** Active suppliers with goods on sale in the categories of these products, those that can offer for most of them first. */
export async function suppliersOfTheLike(db: Db, productIds: readonly number[]): Promise<LikeSupplier[]> {
  if (productIds.length === 0) return [];
  const rows = await db.$queryRaw<(Omit<LikeSupplier, 'matches'> & { matches: number | bigint })[]>`
    SELECT s.id, s.name, s.nameEn, COUNT(DISTINCT w.id) AS matches
    FROM product w JOIN product p ON p.categoryId = w.categoryId AND p.state = 'on_sale' JOIN supplier s ON s.id = p.supplierId AND s.state = 'active'
    WHERE w.id IN (${Prisma.join([...productIds])})
    GROUP BY s.id, s.name, s.nameEn ORDER BY matches DESC, s.id LIMIT 50`;
  return rows.map((row) => ({ ...row, matches: Number(row.matches) }));
}
