import { fast, type PrismaClient } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { pathTo } from '../../paths.ts';
import type { Day } from '../../shared/days.ts';
import { pricePerKg } from '../../shared/money.ts';
import { placeName } from '../../units/place-tree.ts';
import { presentCard } from '../card-presenter.ts';
import { type CatalogReader, inLanguage, nameOf } from '../catalog-reader.ts';
import { type CardRow, cardColumns, cardOf, cardTables, type ProductCard } from '../product-cards.ts';
import { onShelf } from '../shelf.ts';
import { leastQuantity, priceFor } from '../shelf-products.ts';

interface Compared extends ProductCard {
  storage: string;
  storageEn: string;
  shelfLifeDays: number | null;
  caseQuantity: number;
}

/** The products of a comparison in the order in which they were picked, those on the shelf. One statement. */
export async function findCompared(db: PrismaClient, ids: readonly number[], today: Day): Promise<Compared[]> {
  if (ids.length === 0) return [];
  const rows = await fast(db).$queryRaw<CardRow<Compared>[]>`
    SELECT ${cardColumns(today)}, f.storage, f.storageEn, p.shelfLifeDays, p.caseQuantity
    FROM ${cardTables} WHERE p.id IN (${Prisma.join([...ids])}) AND ${onShelf(today)}`;
  const found = rows.map((row) => cardOf<Compared>(row, today));
  return ids.flatMap((id) => found.find((product) => product.id === id) ?? []);
}

/** The data of `views/picks/compare.hbs`: a column for each product; the lowest price of a kilogram is marked when they differ. */
export function presentComparison(reader: CatalogReader, products: readonly Compared[]) {
  const perKg = products.map((product) => pricePerKg(priceFor(product, leastQuantity(product)), product.netGrams));
  const lowest = Math.min(...perKg);
  const differs = new Set(perKg).size > 1;
  const columns = products.map((product, index) => ({
    ...presentCard(reader, product),
    id: product.id,
    name: nameOf(reader.locale, product),
    perKgFen: perKg[index],
    isBest: differs && perKg[index] === lowest,
    supplierName: inLanguage(reader.locale, product.supplierName, product.supplierNameEn),
    supplierHref: pathTo('supplier', { id: product.supplierId }),
    placeName: placeName(reader.places, product.placeId, reader.locale),
    netGrams: product.netGrams,
    tiers: product.tiers.map(({ fromQuantity, priceFen }) => ({ minQuantity: fromQuantity, priceFen })),
    minQuantity: leastQuantity(product),
    orderMultiple: product.orderMultiple > 1 ? product.orderMultiple : undefined,
    caseQuantity: product.caseQuantity > 1 ? product.caseQuantity : undefined,
    shelfLifeDays: product.shelfLifeDays,
    storage: inLanguage(reader.locale, product.storage, product.storageEn),
    sold: product.sold,
  }));
  return { columns };
}
