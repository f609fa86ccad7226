import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { ProductState } from '../db/generated/enums.ts';
import { type Day, dayFromColumn } from '../shared/days.ts';
import type { Fen } from '../shared/money.ts';
import { certificationHeldBy } from '../suppliers/certification-held.ts';
import { availableQuantity, onShelf } from './shelf.ts';

export interface StockedProduct {
  id: number;
  supplierId: number;
  name: string;
  nameEn: string;
  spec: string;
  specEn: string;
  saleUnit: string;
  saleUnitEn: string;
  priceFen: Fen;
  state: ProductState;
  onShelf: boolean;
  /** its own certification holds today */
  isCertified: boolean;
  /** units of sale that can still be promised */
  available: number;
  /** the first day on which something of it is spoiled; null: never, or nothing is left */
  spoilsOn: Day | null;
}

type Row = Omit<StockedProduct, 'onShelf' | 'isCertified' | 'available' | 'spoilsOn'> & {
  isOnShelf: number | bigint;
  certificationId: number | null;
  available: number | bigint;
  spoilsOn: Date | null;
};

/** All products of some suppliers but drafts, with what is left of them and whether they are offered today. One statement. */
export async function listSupplierStock(db: Db, supplierIds: readonly number[], today: Day): Promise<StockedProduct[]> {
  if (supplierIds.length === 0) return [];
  const rows = await db.$queryRaw<Row[]>`
    SELECT p.id, p.supplierId, f.name, f.nameEn, p.spec, p.specEn, p.saleUnit, p.saleUnitEn, p.priceFen, p.state,
      ${onShelf(today)} AS isOnShelf, ${certificationHeldBy('product', today)} AS certificationId, ${availableQuantity(today)} AS available,
      (SELECT MIN(b.expiresOn) FROM batch b
        WHERE b.productId = p.id AND b.available > 0 AND b.recalledAt IS NULL AND b.failedAt IS NULL AND NOT b.coming AND b.expiresOn > ${today}) AS spoilsOn
    FROM product p JOIN product_family f ON f.id = p.familyId JOIN supplier s ON s.id = p.supplierId
    WHERE p.supplierId IN (${Prisma.join([...supplierIds])}) AND p.state <> 'draft' ORDER BY p.supplierId, f.id, p.id`;
  return rows.map(({ isOnShelf, certificationId, available, spoilsOn, ...row }) => ({
    ...row,
    onShelf: Number(isOnShelf) === 1,
    isCertified: certificationId !== null,
    available: Number(available),
    spoilsOn: spoilsOn && dayFromColumn(spoilsOn),
  }));
}
