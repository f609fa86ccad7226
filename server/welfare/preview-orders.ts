import { quote } from '../cart/quote.ts';
import { findBuyableProducts } from '../catalog/shelf-products.ts';
import type { Db } from '../db/client.ts';
import type { Day } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import { groupBy } from '../shared/group-by.ts';
import type { Fen } from '../shared/money.ts';
import { type WantedGoods, wantedGoods } from './wanted-goods.ts';

export interface PreviewedOrder {
  supplierId: number;
  supplierName: string;
  goods: (WantedGoods & { priceFen: Fen; fen: Fen })[];
  totalFen: Fen;
  /** what keeps it from being ordered, with the packages that it concerns */
  faults: (Fault & { packages: string[] })[];
}

/** The orders that a run would come to, one per supplier, at today's prices and stock; writes nothing. */
export async function previewOrders(db: Db, runId: number, today: Day): Promise<PreviewedOrder[]> {
  const goods = await wantedGoods(db, runId);
  const products = await findBuyableProducts(
    db,
    goods.map(({ productId }) => productId),
    today,
  );
  return [...groupBy(goods, ({ supplierId }) => supplierId)].map(([supplierId, part]) => {
    const quoted = quote(part, products, []);
    const lines = quoted.parcels.flatMap((parcel) => parcel.lines);
    return {
      supplierId,
      supplierName: quoted.parcels[0]?.supplierName ?? '',
      goods: part.map((one) => {
        const line = lines.find(({ productId }) => productId === one.productId);
        return { ...one, priceFen: line?.unitPriceFen ?? 0, fen: line?.goodsFen ?? 0 };
      }),
      totalFen: quoted.totalFen,
      faults: quoted.faults.map((fault) => {
        const one = part[Number(/^lines\.(\d+)/.exec(fault.path)?.[1] ?? -1)];
        const packages = one?.packages ?? [...new Set(part.flatMap((each) => each.packages))];
        return { ...fault, values: { name: one?.name ?? '', ...fault.values }, packages };
      }),
    };
  });
}
