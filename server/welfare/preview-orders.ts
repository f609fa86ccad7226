import { quote } from '../cart/quote.ts';
import { type BuyableProduct, findBuyableProducts, leastQuantity } from '../catalog/shelf-products.ts';
import type { Db } from '../db/client.ts';
import type { Day } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import { groupBy } from '../shared/group-by.ts';
import type { Fen } from '../shared/money.ts';
import { orderKeyOf, type WantedGoods, wantedGoods } from './wanted-goods.ts';

export interface PreviewedGoods extends WantedGoods {
  /** up to the product's minimum and whole multiples */
  ordered: number;
  /** ordered and not chosen by anybody */
  surplus: number;
  priceFen: Fen;
  fen: Fen;
}

export interface PreviewedOrder {
  supplierId: number;
  addressId: number;
  supplierName: string;
  supplierNameEn: string;
  goods: PreviewedGoods[];
  totalFen: Fen;
  /** what keeps it from being ordered, with the packages that it concerns */
  faults: (Fault & { packages: string[] })[];
}

/**
 * The orders that a run would come to, one per supplier and address, at today's prices and stock; writes nothing. Goods that come by the
 * case or from a minimum are rounded up (rule 24).
 */
export async function previewOrders(db: Db, runId: number, today: Day): Promise<PreviewedOrder[]> {
  const goods = await wantedGoods(db, runId);
  const ids = [...new Set(goods.map(({ productId }) => productId))];
  const products = new Map(await findBuyableProducts(db, ids, today));
  return [...groupBy(goods, orderKeyOf).values()].map((part) => previewedOrder(part, products));
}

function previewedOrder(part: readonly WantedGoods[], products: Map<number, BuyableProduct>): PreviewedOrder {
  const wishes = part.map((one) => ({ ...one, quantity: orderedFor(one.quantity, products.get(one.productId)) }));
  const quoted = quote(wishes, products, []);
  const lines = quoted.parcels.flatMap((parcel) => parcel.lines);
  // What goes to one address is not there for the next.
  for (const { productId, quantity } of wishes) {
    const product = products.get(productId);
    if (product) products.set(productId, { ...product, available: Math.max(0, product.available - quantity) });
  }
  return {
    supplierId: part[0]?.supplierId ?? 0,
    addressId: part[0]?.addressId ?? 0,
    supplierName: quoted.parcels[0]?.supplierName ?? '',
    supplierNameEn: quoted.parcels[0]?.supplierNameEn ?? '',
    goods: part.map((one, at) => {
      const line = lines.find(({ productId }) => productId === one.productId);
      const ordered = wishes[at]?.quantity ?? one.quantity;
      const prices = { priceFen: line?.unitPriceFen ?? 0, fen: line?.goodsFen ?? 0 };
      return { ...one, ordered, surplus: ordered - one.quantity, ...prices };
    }),
    totalFen: quoted.totalFen,
    faults: quoted.faults.map((fault) => {
      const one = part[Number(/^lines\.(\d+)/.exec(fault.path)?.[1] ?? -1)];
      const packages = one?.packages ?? [...new Set(part.flatMap((each) => each.packages))];
      return { ...fault, values: { name: one?.name ?? '', ...fault.values }, packages };
    }),
  };
}

function orderedFor(quantity: number, product: BuyableProduct | undefined): number {
  if (!product) return quantity;
  const { orderMultiple } = product;
  return Math.max(leastQuantity(product), Math.ceil(quantity / orderMultiple) * orderMultiple);
}
