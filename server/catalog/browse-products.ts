import { Prisma } from '../db/generated/client.ts';
import type { Db } from '../db/client.ts';
import type { Day } from '../shared/days.ts';
import { type CardRow, cardColumns, cardOf, cardTables, type ProductCard } from './product-cards.ts';
import { onShelf } from './shelf.ts';

export type BrowseOrder = 'sales' | 'newest' | 'price';

export interface Browsing {
  /** these categories, places (ids, without what is below them), suppliers, zone, price range; all absent: everything */
  categoryIds?: readonly number[];
  placeIds?: readonly number[];
  supplierId?: number;
  zoneId?: number;
  minPriceFen?: number;
  maxPriceFen?: number;
  order: BrowseOrder;
  limit: number;
  /** rows to pass over; at most the first thousands */
  offset?: number;
}

const orders: Record<BrowseOrder, Prisma.Sql> = {
  sales: Prisma.sql`p.sold DESC, p.id DESC`,
  newest: Prisma.sql`p.id DESC`,
  price: Prisma.sql`p.priceFen, p.id`,
};

/** Cards of what is on the shelf, straight from the database, one statement: for the home page, suppliers, zones, and when search is down. */
export async function browseProducts(db: Db, browsing: Browsing, today: Day): Promise<ProductCard[]> {
  const { categoryIds, placeIds, supplierId, zoneId, minPriceFen, maxPriceFen, order, limit, offset = 0 } = browsing;
  const conditions = [
    onShelf(today),
    ...(categoryIds ? [idIn('p.categoryId', categoryIds)] : []),
    ...(placeIds ? [idIn('p.placeId', placeIds)] : []),
    ...(supplierId ? [Prisma.sql`p.supplierId = ${supplierId}`] : []),
    ...(minPriceFen === undefined ? [] : [Prisma.sql`p.priceFen >= ${minPriceFen}`]),
    ...(maxPriceFen === undefined ? [] : [Prisma.sql`p.priceFen <= ${maxPriceFen}`]),
  ];
  const zone = zoneId ? Prisma.sql`JOIN zone_product zp ON zp.productId = p.id AND zp.zoneId = ${zoneId}` : Prisma.empty;
  const rows = await db.$queryRaw<CardRow[]>`
    SELECT ${cardColumns(today)} FROM ${cardTables} ${zone} WHERE ${Prisma.join(conditions, ' AND ')}
    ORDER BY ${zoneId ? Prisma.sql`zp.sort, p.id` : orders[order]} LIMIT ${limit} OFFSET ${offset}`;
  return rows.map((row) => cardOf<ProductCard>(row, today));
}

function idIn(column: string, ids: readonly number[]): Prisma.Sql {
  return ids.length === 0 ? Prisma.sql`FALSE` : Prisma.sql`${Prisma.raw(column)} IN (${Prisma.join([...ids])})`;
}
