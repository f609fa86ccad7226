import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import { availableQuantity, onShelf } from '../../catalog/shelf.ts';
import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { ProductState } from '../../db/generated/enums.ts';
import { type Day, dayFromColumn } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import type { Fen } from '../../shared/money.ts';
import type { Grams } from '../../shared/weight.ts';
import { certificationHeldBy } from '../../suppliers/certification-held.ts';

export const SHELF_PARTS = ['all', 'on', 'off', 'draft'] as const;
export const STOCK_PARTS = ['any', 'left', 'out', 'soon'] as const;

export interface GoodsFilter {
  q: string;
  shelf: (typeof SHELF_PARTS)[number];
  stock: (typeof STOCK_PARTS)[number];
}

export interface OwnGood {
  id: number;
  familyId: number;
  supplierId: number;
  supplierName: string;
  supplierNameEn: string;
  name: string;
  nameEn: string;
  spec: string;
  specEn: string;
  saleUnit: string;
  saleUnitEn: string;
  categoryId: number;
  placeId: number;
  netGrams: Grams;
  priceFen: Fen;
  state: ProductState;
  isOnShelf: boolean;
  isCertified: boolean;
  supplierCertified: boolean;
  available: number;
  /** the first day on which something that is left spoils */
  spoilsOn: Day | null;
  /** a price that waits for the operator */
  priceWaits: boolean;
  sold: number;
}

type Row = Omit<
  OwnGood,
  'isOnShelf' | 'isCertified' | 'supplierCertified' | 'available' | 'spoilsOn' | 'priceWaits'
> & {
  onShelf: number | bigint;
  productHeld: number | null;
  supplierHeld: number | null;
  available: number | bigint;
  spoilsOn: Date | null;
  waits: number | bigint;
};

/** Goods that spoil within so many days are marked. */
export const SOON_DAYS = 30;

/** Own specifications, newest first, beyond the key of the last one seen; one statement. */
export function listOwnGoods(
  db: Db,
  actor: Actor,
  filter: GoodsFilter,
  { beforeId, take, today, soon }: { beforeId: number | null; take: number; today: Day; soon: Day },
): Promise<OwnGood[]> {
  const suppliers = suppliersServedBy(actor);
  if (suppliers.length === 0) return Promise.resolve([]);
  const like = `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`;
  const conditions = [
    Prisma.sql`p.supplierId IN (${Prisma.join(suppliers)})`,
    ...(beforeId ? [Prisma.sql`p.id < ${beforeId}`] : []),
    ...(filter.q
      ? [Prisma.sql`(f.name LIKE ${like} OR f.nameEn LIKE ${like} OR p.spec LIKE ${like} OR p.code LIKE ${like})`]
      : []),
    ...(filter.shelf === 'on' ? [onShelf(today)] : []),
    ...(filter.shelf === 'off' ? [Prisma.sql`p.state <> 'draft' AND NOT ${onShelf(today)}`] : []),
    ...(filter.shelf === 'draft' ? [Prisma.sql`p.state = 'draft'`] : []),
    ...(filter.stock === 'left' ? [Prisma.sql`${availableQuantity(today)} > 0`] : []),
    ...(filter.stock === 'out' ? [Prisma.sql`${availableQuantity(today)} = 0`] : []),
    ...(filter.stock === 'soon' ? [Prisma.sql`${spoilsOn(today)} <= ${soon}`] : []),
  ];
  return readGoods(db, Prisma.join(conditions, ' AND '), today, Prisma.sql`ORDER BY p.id DESC LIMIT ${take}`);
}

/** The specifications of a family, the smallest first. */
export function goodsOfFamily(db: Db, familyId: number, today: Day): Promise<OwnGood[]> {
  return readGoods(db, Prisma.sql`p.familyId = ${familyId}`, today, Prisma.sql`ORDER BY p.netGrams, p.id`);
}

function spoilsOn(today: Day): Prisma.Sql {
  return Prisma.sql`(SELECT MIN(b.expiresOn) FROM batch b
    WHERE b.productId = p.id AND b.available > 0 AND b.recalledAt IS NULL AND b.failedAt IS NULL AND NOT b.coming AND b.expiresOn > ${today})`;
}

async function readGoods(db: Db, condition: Prisma.Sql, today: Day, order: Prisma.Sql): Promise<OwnGood[]> {
  const rows = await db.$queryRaw<Row[]>`
    SELECT p.id, p.familyId, p.supplierId, s.name AS supplierName, s.nameEn AS supplierNameEn, f.name, f.nameEn, p.spec, p.specEn, p.saleUnit,
      p.saleUnitEn, p.categoryId, p.placeId, p.netGrams, p.priceFen, p.state, p.sold, ${onShelf(today)} AS onShelf,
      ${certificationHeldBy('product', today)} AS productHeld, ${certificationHeldBy('supplier', today)} AS supplierHeld,
      ${availableQuantity(today)} AS available, ${spoilsOn(today)} AS spoilsOn,
      EXISTS (SELECT 1 FROM price_change c WHERE c.productId = p.id AND c.state IN ('waiting', 'asked')) AS waits
    FROM product p JOIN product_family f ON f.id = p.familyId JOIN supplier s ON s.id = p.supplierId
    WHERE ${condition} ${order}`;
  return rows.map(({ onShelf: shelf, productHeld, supplierHeld, available, spoilsOn: spoils, waits, ...row }) => ({
    ...row,
    isOnShelf: Number(shelf) === 1,
    isCertified: productHeld !== null,
    supplierCertified: supplierHeld !== null,
    available: Number(available),
    spoilsOn: spoils && dayFromColumn(spoils),
    priceWaits: Number(waits) === 1,
  }));
}

/** A family of a supplier that the actor looks after. Throws NotFound. */
export async function findOwnFamily(db: Db, actor: Actor, id: number) {
  const family = await db.productFamily.findUnique({
    where: { id },
    include: {
      supplier: { select: { id: true, name: true, nameEn: true, placeId: true } },
      brand: { select: { name: true, nameEn: true } },
      products: { orderBy: { id: 'asc' }, select: { id: true, categoryId: true, placeId: true } },
    },
  });
  if (!family || !suppliersServedBy(actor).includes(family.supplierId)) throw new NotFound();
  return family;
}

export type OwnFamily = Awaited<ReturnType<typeof findOwnFamily>>;

/** A specification of the same. Throws NotFound. */
export async function findOwnSpecification(db: Db, actor: Actor, id: number) {
  const product = await db.product.findUnique({
    where: { id },
    include: {
      tiers: { orderBy: { fromQuantity: 'asc' } },
      family: { select: { id: true, name: true, nameEn: true } },
      supplier: { select: { id: true, name: true, nameEn: true, placeId: true } },
    },
  });
  if (!product || !suppliersServedBy(actor).includes(product.supplierId)) throw new NotFound();
  return product;
}

export type OwnSpecification = Awaited<ReturnType<typeof findOwnSpecification>>;

/** The suppliers that the actor looks after, to choose from. */
export function listServedSuppliers(db: Db, actor: Actor) {
  return db.supplier.findMany({
    where: { id: { in: suppliersServedBy(actor) } },
    orderBy: { id: 'asc' },
    select: { id: true, name: true, nameEn: true, placeId: true },
  });
}

export type ServedSupplier = Awaited<ReturnType<typeof listServedSuppliers>>[number];

/** Brands to choose from: those that have not ended, and the one that is held. */
export function listBrands(db: Db, heldId: number | null = null) {
  const where = { OR: [{ endedAt: null }, ...(heldId === null ? [] : [{ id: heldId }])] };
  return db.brand.findMany({ where, orderBy: { id: 'asc' }, select: { id: true, name: true, nameEn: true } });
}
