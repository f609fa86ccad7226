import { findBuyableProducts } from '../catalog/shelf-products.ts';
import type { Db } from '../db/client.ts';
import type { Day } from '../shared/days.ts';
import type { WholePackage } from './run-queries.ts';

export interface StockWarning {
  packageId: number;
  productId: number;
  code: 'offShelf' | 'packageShort';
  values: { name: string; needed: number; available: number };
}

/** What would be short if everybody on the roster chose that package, up to how many it is for, at today's stock. */
export async function warnOfStock(
  db: Db,
  packages: readonly WholePackage[],
  people: number,
  today: Day,
): Promise<StockWarning[]> {
  const ids = [...new Set(packages.flatMap(({ items }) => items.map(({ productId }) => productId)))];
  const products = await findBuyableProducts(db, ids, today);
  return packages.flatMap(({ id, capacity, items }) =>
    items.flatMap(({ productId, quantity, product }): StockWarning[] => {
      const found = products.get(productId);
      const needed = Math.min(capacity ?? people, people) * quantity;
      const available = found?.onShelf ? found.available : 0;
      const values = { name: product.family.name, needed, available };
      if (!found?.onShelf) return [{ packageId: id, productId, code: 'offShelf', values }];
      return needed > available ? [{ packageId: id, productId, code: 'packageShort', values }] : [];
    }),
  );
}
