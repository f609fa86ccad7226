import { fast, type PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { SaleMode } from '../db/generated/enums.ts';
import type { Day } from '../shared/days.ts';
import type { Fen } from '../shared/money.ts';
import type { Grams } from '../shared/weight.ts';
import { firstPhotoText, type Photo, readPhotos } from './photos.ts';
import { onShelf, type PriceTier, readStock, readTiers, stockText, tiersText } from './shelf.ts';
import { leastQuantity } from './shelf-products.ts';

/** A product as lists show it. */
export interface ProductCard {
  id: number;
  code: string;
  familyId: number;
  name: string;
  nameEn: string;
  spec: string;
  specEn: string;
  saleUnit: string;
  saleUnitEn: string;
  categoryId: number;
  placeId: number;
  supplierId: number;
  supplierCode: string;
  supplierName: string;
  supplierNameEn: string;
  brandCode: string | null;
  priceFen: Fen;
  tiers: PriceTier[];
  minQuantity: number;
  orderMultiple: number;
  netGrams: Grams;
  coldChain: boolean;
  saleMode: SaleMode;
  sold: number;
  /** units of sale that can still be promised */
  available: number;
  /** the first of the family's photos; null: none */
  photo: Photo | null;
  /** the day of the next harvest when all that can be promised comes with it (订单农业) */
  comesOn: Day | null;
}

type RowOf<T> = Omit<T, 'tiers' | 'coldChain' | 'available' | 'comesOn' | 'photo'> & {
  photoText: unknown;
  tiersText: string | null;
  stockText: string;
  coldChain: number | boolean;
};

/** The columns of a card, over `product p`, `product_family f`, `supplier s` and `brand br`. */
export function cardColumns(today: Day): Prisma.Sql {
  return Prisma.sql`p.id, p.code, p.familyId, f.name, f.nameEn, p.spec, p.specEn, p.saleUnit, p.saleUnitEn, p.categoryId, p.placeId, p.supplierId,
    s.code AS supplierCode, s.name AS supplierName, s.nameEn AS supplierNameEn, br.code AS brandCode, p.priceFen, p.minQuantity, p.orderMultiple,
    p.netGrams, p.coldChain, p.saleMode, p.sold, ${tiersText} AS tiersText, ${stockText(today)} AS stockText, ${firstPhotoText} AS photoText`;
}

export const cardTables = Prisma.sql`product p JOIN product_family f ON f.id = p.familyId JOIN supplier s ON s.id = p.supplierId
  LEFT JOIN brand br ON br.id = f.brandId`;

/** A row of `cardColumns`, with whatever was selected beside them. */
export function cardOf<T extends ProductCard>(
  { tiersText: tiers, stockText: stock, photoText, ...row }: RowOf<T>,
  today: Day,
): T {
  const { available, producedOn } = readStock(stock);
  return {
    ...row,
    tiers: readTiers(tiers),
    coldChain: Boolean(row.coldChain),
    available,
    photo: readPhotos(photoText)[0] ?? null,
    comesOn: producedOn && producedOn > today ? producedOn : null,
  } as unknown as T;
}

export type CardRow<T extends ProductCard = ProductCard> = RowOf<T>;

/** The cards of these products in this order, without those that are not on the shelf today. One statement. */
export async function listCards(db: PrismaClient, ids: readonly number[], today: Day): Promise<ProductCard[]> {
  if (ids.length === 0) return [];
  const rows = await fast(db).$queryRaw<CardRow[]>`
    SELECT ${cardColumns(today)} FROM ${cardTables} WHERE p.id IN (${Prisma.join([...ids])}) AND ${onShelf(today)}`;
  const cards = new Map(rows.map((row) => [row.id, cardOf<ProductCard>(row, today)]));
  return ids.flatMap((id) => cards.get(id) ?? []);
}

export type StockState = 'in' | 'low' | 'out';

const FEW = 20;

/** Sold out when the least quantity cannot be had; low when there are fewer than 20 units of sale or three times the least quantity. */
export function stockState(product: Pick<ProductCard, 'available' | 'minQuantity' | 'orderMultiple'>): StockState {
  const least = leastQuantity(product);
  if (product.available < least) return 'out';
  return product.available < Math.max(FEW, 3 * least) ? 'low' : 'in';
}
