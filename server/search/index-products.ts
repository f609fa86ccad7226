import { type CategoryTree, categoryTree } from '../catalog/category-tree.ts';
import { availableQuantity, onShelf, readTiers, tiersText } from '../catalog/shelf.ts';
import { leastQuantity, priceFor } from '../catalog/shelf-products.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { Day } from '../shared/days.ts';
import { textsOf } from '../shared/json-texts.ts';
import { type PlaceTree, placeTree } from '../units/place-tree.ts';
import type { SearchEngine } from './engine.ts';
import { type ProductDocument, productDocument } from './product-document.ts';

const PAGE = 500;

/** Every product on the shelf is certified; the marks are the green, organic and geographic-indication certificates. */
const CERTIFIED = 'certified';

interface Row {
  id: number;
  familyId: number;
  name: string;
  nameEn: string;
  spec: string;
  aliases: unknown;
  description: string;
  categoryId: number;
  placeId: number;
  supplierCode: string;
  supplierName: string;
  brandCode: string | null;
  brandName: string | null;
  zoneCodes: string | null;
  marks: string | null;
  priceFen: number;
  tiersText: string | null;
  minQuantity: number;
  orderMultiple: number;
  netGrams: number;
  available: number | bigint;
  coldChain: number | boolean;
  sold: number;
  createdAt: Date;
}

/** The documents of what is on the shelf today, all of it or of these ids, page by page along the key. */
export async function* productDocuments(
  db: PrismaClient,
  today: Day,
  ids?: readonly number[],
): AsyncGenerator<ProductDocument[]> {
  // A document outlives what the process remembers of the trees, so they are read anew.
  categoryTree.forget(db);
  placeTree.forget(db);
  const [categories, places] = await Promise.all([categoryTree(db), placeTree(db)]);
  const wanted = ids ? Prisma.sql`p.id IN (${Prisma.join([...ids])})` : Prisma.sql`TRUE`;
  for (let after = 0; ; ) {
    const rows = await fast(db).$queryRaw<Row[]>`
      SELECT STRAIGHT_JOIN p.id, p.familyId, f.name, f.nameEn, p.spec, f.aliases, f.description, p.categoryId, p.placeId, s.code AS supplierCode,
        s.name AS supplierName, br.code AS brandCode, br.name AS brandName,
        (SELECT GROUP_CONCAT(z.code) FROM zone_product zp JOIN zone z ON z.id = zp.zoneId AND z.closedAt IS NULL WHERE zp.productId = p.id) AS zoneCodes,
        (SELECT GROUP_CONCAT(DISTINCT m.kind) FROM quality_mark m WHERE m.supplierId = p.supplierId AND (m.familyId IS NULL OR m.familyId = p.familyId)
          AND m.state = 'confirmed' AND m.validFrom <= ${today} AND m.validUntil >= ${today}) AS marks,
        p.priceFen, ${tiersText} AS tiersText, p.minQuantity, p.orderMultiple, p.netGrams, ${availableQuantity(today)} AS available, p.coldChain,
        p.sold, p.createdAt
      FROM product p JOIN product_family f ON f.id = p.familyId JOIN supplier s ON s.id = p.supplierId LEFT JOIN brand br ON br.id = f.brandId
      WHERE p.id > ${after} AND ${wanted} AND ${onShelf(today)}
      ORDER BY p.id LIMIT ${PAGE}`;
    if (rows.length > 0) yield rows.map((row) => documentOf(row, categories, places));
    after = rows.at(-1)?.id ?? after;
    if (rows.length < PAGE) return;
  }
}

function documentOf(row: Row, categories: CategoryTree, places: PlaceTree): ProductDocument {
  const product = { ...row, tiers: readTiers(row.tiersText) };
  const least = leastQuantity(product);
  const categoryPath = categories.pathOf(row.categoryId);
  return productDocument({
    ...row,
    aliases: [...textsOf(row.aliases), row.nameEn].filter(Boolean),
    categoryPath,
    placePath: places.pathOf(row.placeId),
    supplier: { code: row.supplierCode, name: row.supplierName },
    brand: row.brandCode && row.brandName ? { code: row.brandCode, name: row.brandName } : null,
    zoneCodes: listed(row.zoneCodes),
    certificationCodes: [CERTIFIED, ...listed(row.marks)],
    priceFen: priceFor(product, least),
    availableQuantity: Number(row.available) >= least ? Number(row.available) : 0,
    coldChain: Boolean(row.coldChain),
    soldQuantity: row.sold,
  });
}

function listed(text: string | null): string[] {
  return (text ?? '').split(',').filter(Boolean);
}

/** Builds the whole index anew and swaps it in; the old one answers until then. */
export function reindexProducts(db: PrismaClient, engine: SearchEngine, today: Day): Promise<{ count: number }> {
  return engine.rebuild(productDocuments(db, today));
}

/** Reads these products again: what is on the shelf replaces its document, what is not leaves the index. Bears repetition. */
export async function refreshProducts(
  db: PrismaClient,
  engine: SearchEngine,
  today: Day,
  ids: readonly number[],
): Promise<void> {
  if (ids.length === 0) return;
  const gone = new Set(ids);
  for await (const documents of productDocuments(db, today, ids)) {
    for (const { id } of documents) gone.delete(id);
    await engine.replace(documents);
  }
  if (gone.size > 0) await engine.remove([...gone]);
}
