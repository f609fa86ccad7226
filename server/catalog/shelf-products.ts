import { Prisma } from '../db/generated/client.ts';
import type { SaleMode } from '../db/generated/enums.ts';
import type { Sql } from '../db/sql.ts';
import type { Day } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import { type Fen, MAX_ORDER_FEN } from '../shared/money.ts';
import { unitWord } from '../shared/unit-words.ts';
import type { Grams } from '../shared/weight.ts';
import { certificationHeldBy } from '../suppliers/certification-held.ts';
import { availableQuantity, inSeason, type PriceTier, readTiers, tiersText } from './shelf.ts';

/** A product as the cart and the checkout see it: price, rules of quantity, stock and whether it may be sold today. */
export interface BuyableProduct {
  id: number;
  code: string;
  familyName: string;
  nameEn: string;
  spec: string;
  specEn: string;
  saleUnit: string;
  saleUnitEn: string;
  /** of the category */
  illustration: string;
  supplierId: number;
  supplierName: string;
  supplierNameEn: string;
  supplierMinOrderFen: Fen;
  freightFen: Fen;
  /** goods of one parcel from which it travels free; null: never */
  freeFreightFromFen: Fen | null;
  categoryId: number;
  placeId: number;
  netGrams: Grams;
  /** of one unit of sale, before tiers */
  priceFen: Fen;
  /** rising by quantity */
  tiers: PriceTier[];
  minQuantity: number;
  orderMultiple: number;
  /** units of sale that a case holds; 1: there are none */
  caseQuantity: number;
  coldChain: boolean;
  saleMode: SaleMode;
  toleranceBp: number;
  onShelf: boolean;
  /** as onShelf, also out of season: a coming harvest is sold before its months */
  mayBeSold: boolean;
  /** units of sale that can still be promised */
  available: number;
  /** the certifications that hold today; null: none (rule 1) */
  supplierCertificationId: number | null;
  productCertificationId: number | null;
}

type Row = Omit<BuyableProduct, 'tiers' | 'coldChain' | 'onShelf' | 'mayBeSold' | 'available'> & {
  tiersText: string | null;
  coldChain: number | boolean;
  offered: number | bigint;
  isSeason: number | bigint;
  available: number | bigint;
};

/** The most units of sale of one product in one order. */
export const MAX_QUANTITY = 1_000_000;

/**
 * Products for cart and checkout, by id; unknown ids are absent, and what left the shelf is there with `onShelf` false.
 * One statement whatever the number of ids, because every order passes here.
 */
export async function findBuyableProducts(
  db: Sql,
  ids: readonly number[],
  today: Day,
): Promise<Map<number, BuyableProduct>> {
  if (ids.length === 0) return new Map();
  const rows = await db.$queryRaw<Row[]>`
    SELECT p.id, p.code, f.name AS familyName, f.nameEn, p.spec, p.specEn, p.saleUnit, p.saleUnitEn, c.illustration,
      p.supplierId, s.name AS supplierName, s.nameEn AS supplierNameEn, s.minOrderFen AS supplierMinOrderFen, s.freightFen, s.freeFreightFromFen,
      p.categoryId, p.placeId, p.netGrams, p.priceFen, p.minQuantity, p.orderMultiple, p.caseQuantity, p.coldChain, p.saleMode, p.toleranceBp,
      p.state = 'on_sale' AND s.state = 'active' AS offered, ${inSeason(today)} AS isSeason,
      ${tiersText} AS tiersText, ${availableQuantity(today)} AS available,
      ${certificationHeldBy('supplier', today)} AS supplierCertificationId, ${certificationHeldBy('product', today)} AS productCertificationId
    FROM product p JOIN product_family f ON f.id = p.familyId JOIN supplier s ON s.id = p.supplierId JOIN category c ON c.id = p.categoryId
    WHERE p.id IN (${Prisma.join([...new Set(ids)])})`;
  return new Map(rows.map((row) => [row.id, buyable(row)]));
}

function buyable({ tiersText: tiers, offered, isSeason, ...row }: Row): BuyableProduct {
  const mayBeSold =
    Number(offered) === 1 && row.supplierCertificationId !== null && row.productCertificationId !== null;
  return {
    ...row,
    tiers: readTiers(tiers),
    coldChain: Boolean(row.coldChain),
    available: Number(row.available),
    onShelf: mayBeSold && Number(isSeason) === 1,
    mayBeSold,
  };
}

/** Price in fen of one unit of sale when so many are bought: the highest tier reached, else the base price (rule 24). */
export function priceFor(product: Pick<BuyableProduct, 'priceFen' | 'tiers'>, quantity: number): Fen {
  return product.tiers.findLast((tier) => tier.fromQuantity <= quantity)?.priceFen ?? product.priceFen;
}

/** The least quantity that can be bought: the minimum, rounded up to whole multiples. */
export function leastQuantity(product: Pick<BuyableProduct, 'minQuantity' | 'orderMultiple'>): number {
  return Math.ceil(Math.max(1, product.minQuantity) / product.orderMultiple) * product.orderMultiple;
}

/** Everything that is wrong with a quantity in units of sale (rule 24): not whole, below the minimum, no multiple, beyond what an order holds. */
export function quantityFaults(
  product: Pick<BuyableProduct, 'priceFen' | 'tiers' | 'minQuantity' | 'orderMultiple' | 'saleUnit' | 'saleUnitEn'>,
  quantity: number,
  path = 'quantity',
): Fault[] {
  if (!Number.isSafeInteger(quantity)) return [{ path, code: 'notAQuantity' }];
  if (quantity < 1) return [{ path, code: 'quantityAboveZero' }];
  const faults: Fault[] = [];
  if (quantity < product.minQuantity) {
    faults.push({
      path,
      code: 'belowMinimum',
      values: { minimum: product.minQuantity, ...unitsFor(product, product.minQuantity) },
    });
  }
  if (quantity % product.orderMultiple !== 0) {
    faults.push({
      path,
      code: 'notAMultiple',
      values: { multiple: product.orderMultiple, ...unitsFor(product, product.orderMultiple) },
    });
  }
  const most = Math.min(MAX_QUANTITY, Math.floor(MAX_ORDER_FEN / Math.max(1, priceFor(product, quantity))));
  if (quantity > most) faults.push({ path, code: 'quantityTooLarge', values: { maximum: most } });
  return faults;
}

function unitsFor({ saleUnit, saleUnitEn }: Pick<BuyableProduct, 'saleUnit' | 'saleUnitEn'>, quantity: number) {
  return { unit: saleUnit, unitEn: unitWord(quantity, saleUnitEn) };
}
