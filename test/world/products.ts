import type { PrismaClient } from '../../server/db/client.ts';
import type { Batch, Category, Place, Product, Supplier } from '../../server/db/generated/client.ts';
import type { ProductState, SaleMode } from '../../server/db/generated/enums.ts';
import { type Day, dayToColumn } from '../../server/shared/days.ts';
import { LONG_AGO, nextNumber } from './numbering.ts';
import { aCategory } from './places.ts';
import { aSupplier, certify, type Validity } from './suppliers.ts';

export interface ProductWish {
  code?: string;
  name?: string;
  supplier?: Supplier;
  category?: Category;
  /** the goods' origin; the supplier's place when missing */
  origin?: Place;
  spec?: string;
  saleUnit?: string;
  priceFen?: number;
  /** from this quantity on, this price of one */
  tiers?: readonly (readonly [fromQuantity: number, priceFen: number])[];
  netGrams?: number;
  minQuantity?: number;
  orderMultiple?: number;
  caseQuantity?: number;
  coldChain?: boolean;
  saleMode?: SaleMode;
  toleranceBp?: number;
  shelfLifeDays?: number;
  state?: ProductState;
  /** units of sale on the shelf, as one batch that does not expire, or each batch by itself */
  stock?: number | readonly BatchWish[];
  /** false: it has no certification */
  certified?: Validity | false;
}

/** A product on sale for 100 yuan, 1 kg, certified for long, with 100 on the shelf. */
export async function aProduct(db: PrismaClient, wish: ProductWish = {}): Promise<Product> {
  const code = wish.code ?? `product-${nextNumber()}`;
  const name = wish.name ?? code;
  const supplier = wish.supplier ?? (await aSupplier(db));
  const category = wish.category ?? (await aCategory(db));
  const family = await db.productFamily.create({
    data: {
      code,
      supplierId: supplier.id,
      name,
      nameEn: code,
      description: '',
      descriptionEn: '',
      storage: '',
      storageEn: '',
      aliases: [],
    },
  });
  const product = await db.product.create({
    data: {
      code,
      familyId: family.id,
      supplierId: supplier.id,
      categoryId: category.id,
      placeId: wish.origin?.id ?? supplier.placeId,
      spec: wish.spec ?? '1 公斤/袋',
      specEn: '1 kg bag',
      saleUnit: wish.saleUnit ?? '袋',
      saleUnitEn: 'bag',
      netGrams: wish.netGrams ?? 1000,
      priceFen: wish.priceFen ?? 10_000,
      minQuantity: wish.minQuantity ?? 1,
      orderMultiple: wish.orderMultiple ?? 1,
      caseQuantity: wish.caseQuantity ?? 1,
      coldChain: wish.coldChain ?? false,
      saleMode: wish.saleMode ?? 'by_piece',
      toleranceBp: wish.toleranceBp ?? 0,
      shelfLifeDays: wish.shelfLifeDays,
      state: wish.state ?? 'on_sale',
      tiers: { create: (wish.tiers ?? []).map(([fromQuantity, priceFen]) => ({ fromQuantity, priceFen })) },
    },
  });
  if (wish.certified !== false) await certify(db, { product }, wish.certified);
  const { stock = 100 } = wish;
  for (const batch of typeof stock === 'number' ? [{ quantity: stock }] : stock) await aBatch(db, product, batch);
  return product;
}

export interface BatchWish {
  quantity: number;
  traceCode?: string;
  producedOn?: Day;
  /** null: it does not spoil */
  expiresOn?: Day | null;
}

/** A batch on the shelf with the movement that put it there. */
export async function aBatch(db: PrismaClient, product: { id: number }, wish: BatchWish): Promise<Batch> {
  const { quantity } = wish;
  const batch = await db.batch.create({
    data: {
      productId: product.id,
      traceCode: wish.traceCode ?? `TRACE${nextNumber()}`,
      producedOn: dayToColumn(wish.producedOn ?? LONG_AGO),
      expiresOn: wish.expiresOn ? dayToColumn(wish.expiresOn) : null,
      quantity,
      available: quantity,
      conformityNumber: `CONFORM${nextNumber()}`,
    },
  });
  await db.stockMovement.create({
    data: { batchId: batch.id, event: 'produced', source: 'batch', sourceId: batch.id, quantity },
  });
  return batch;
}

/** What can still be promised of a product. */
export async function stockOf(db: PrismaClient, product: { id: number }): Promise<number> {
  const { _sum } = await db.batch.aggregate({ where: { productId: product.id }, _sum: { available: true } });
  return _sum.available ?? 0;
}
