import { type BuyableProduct, priceFor, quantityFaults } from '../catalog/shelf-products.ts';
import type { ThresholdDiscount } from '../promotions/threshold-discounts.ts';
import type { Fault } from '../shared/errors.ts';
import { groupBy } from '../shared/group-by.ts';
import { type Fen, formatYuan, MAX_ORDER_FEN } from '../shared/money.ts';
import type { Grams } from '../shared/weight.ts';
import type { AgreedTerms } from './agreed-terms.ts';
import { type AppliedDiscount, bestDiscount, type DiscountInReach, discountInReach } from './best-discount.ts';

export interface Wish {
  productId: number;
  quantity: number;
  /** what the buyer tells the supplier about it */
  note?: string | null;
  /** the zone from whose pages it was put in; none: from no zone's */
  zoneId?: number | null;
}

export interface QuotedLine extends Wish {
  product: BuyableProduct;
  unitPriceFen: Fen;
  goodsFen: Fen;
  /** its share of the order's discount */
  discountFen: Fen;
  /** its share of what points take off */
  pointsFen: Fen;
  payableFen: Fen;
  /** of it paid with a welfare allowance */
  allowanceFen: Fen;
  grams: Grams;
}

/** The part of a quote that one supplier ships as one parcel. */
export interface QuotedParcel {
  supplierId: number;
  supplierName: string;
  supplierNameEn: string;
  lines: QuotedLine[];
  goodsFen: Fen;
  freightFen: Fen;
  /** of it paid with a welfare allowance */
  freightAllowanceFen: Fen;
  /** what is missing to the supplier's minimum; 0 when reached */
  belowMinimumFen: Fen;
}

/** A gift of a campaign, as an order's line of 0 fen. */
export interface QuotedGift {
  campaignId: number;
  /** of the campaign */
  name: string;
  product: BuyableProduct;
  quantity: number;
}

export interface Quote {
  parcels: QuotedParcel[];
  goodsFen: Fen;
  discountFen: Fen;
  /** what takes it off; null: nothing */
  discount: AppliedDiscount | null;
  inReach: DiscountInReach | null;
  /** what campaigns add; see giftsOf */
  gifts: QuotedGift[];
  freightFen: Fen;
  /** off the goods for points, see tenders.ts */
  pointsFen: Fen;
  totalFen: Fen;
  /** of the total paid with a welfare allowance */
  allowanceFen: Fen;
  grams: Grams;
  /** everything that keeps it from being ordered now; paths are `lines.<index of the wish>.quantity` or `.productId` */
  faults: Fault[];
}

/**
 * Prices wishes at today's tiers and with the discount that takes most off, splits them into parcels with their freight, and names
 * every fault at once (rules 4, 23, 24). A supplier's minimum and free freight look at the goods before discount. What was agreed
 * costs what was agreed, takes no part in discounts, and frees its parcel of the supplier's minimum.
 */
export function quote(
  wishes: readonly Wish[],
  products: ReadonlyMap<number, BuyableProduct>,
  discounts: readonly ThresholdDiscount[],
  agreed: AgreedTerms | null = null,
): Quote {
  const faults = wishes.flatMap((wish, index) => wishFaults(wish, products.get(wish.productId), index, agreed));
  const priced = wishes.flatMap((wish): QuotedLine[] => {
    const product = products.get(wish.productId);
    return product ? [quotedLine(wish, product, agreed?.prices.get(product.id))] : [];
  });
  const discountable = priced.filter((line) => !agreed?.prices.has(line.productId));
  const best = bestDiscount(discounts, discountable);
  const discountFen = best?.applied.fen ?? 0;
  const lines = priced.map((line) => {
    const share = best?.shares.get(line.productId) ?? 0;
    return { ...line, discountFen: share, payableFen: line.goodsFen - share };
  });
  const parcels = [...groupBy(lines, (line) => line.product.supplierId).values()].map((part) =>
    quotedParcel(part, agreed),
  );
  for (const parcel of parcels) {
    if (parcel.belowMinimumFen > 0) {
      faults.push({
        path: 'lines',
        code: 'belowSupplierMinimum',
        values: {
          supplier: parcel.supplierName,
          supplierEn: parcel.supplierNameEn,
          missing: formatYuan(parcel.belowMinimumFen),
        },
      });
    }
  }
  const goodsFen = sum(parcels, (parcel) => parcel.goodsFen);
  const freightFen = sum(parcels, (parcel) => parcel.freightFen);
  const totalFen = goodsFen - discountFen + freightFen;
  if (totalFen > MAX_ORDER_FEN) faults.push({ path: 'lines', code: 'orderTooLarge' });
  return {
    parcels,
    goodsFen,
    discountFen,
    discount: best?.applied ?? null,
    inReach: discountInReach(discounts, discountable, discountFen),
    gifts: [],
    freightFen,
    pointsFen: 0,
    totalFen,
    allowanceFen: 0,
    grams: sum(lines, (line) => line.grams),
    faults,
  };
}

function wishFaults(
  wish: Wish,
  product: BuyableProduct | undefined,
  index: number,
  agreed: AgreedTerms | null,
): Fault[] {
  if (!product) return [{ path: `lines.${index}.productId`, code: 'noSuchProduct' }];
  const ownBatch = agreed?.batches?.has(product.id) ?? false;
  if (ownBatch ? !product.mayBeSold : !product.onShelf)
    return [
      {
        path: `lines.${index}.productId`,
        code: 'offShelf',
        values: { name: product.familyName, nameEn: product.nameEn },
      },
    ];
  const isAgreed = agreed?.prices.has(product.id) ?? false;
  const rules = isAgreed ? { ...product, minQuantity: 1, orderMultiple: 1 } : product;
  const faults = quantityFaults(rules, wish.quantity, `lines.${index}.quantity`);
  if (faults.length === 0 && !ownBatch && wish.quantity > product.available) {
    faults.push({
      path: `lines.${index}.quantity`,
      code: product.available > 0 ? 'notEnough' : 'soldOut',
      values: { name: product.familyName, nameEn: product.nameEn, available: product.available },
    });
  }
  return faults;
}

function quotedLine(wish: Wish, product: BuyableProduct, agreedFen: Fen | undefined): QuotedLine {
  const unitPriceFen = agreedFen ?? priceFor(product, wish.quantity);
  return {
    ...wish,
    product,
    unitPriceFen,
    goodsFen: unitPriceFen * wish.quantity,
    discountFen: 0,
    pointsFen: 0,
    payableFen: unitPriceFen * wish.quantity,
    allowanceFen: 0,
    grams: product.netGrams * wish.quantity,
  };
}

function quotedParcel(lines: QuotedLine[], agreed: AgreedTerms | null): QuotedParcel {
  const product = (lines[0] as QuotedLine).product;
  const goodsFen = sum(lines, (line) => line.goodsFen);
  const free = product.freeFreightFromFen !== null && goodsFen >= product.freeFreightFromFen;
  const isAgreed = lines.some((line) => agreed?.prices.has(line.productId));
  return {
    supplierId: product.supplierId,
    supplierName: product.supplierName,
    supplierNameEn: product.supplierNameEn,
    lines,
    goodsFen,
    freightFen: agreed?.freight?.get(product.supplierId) ?? (free ? 0 : product.freightFen),
    freightAllowanceFen: 0,
    belowMinimumFen: isAgreed ? 0 : Math.max(0, product.supplierMinOrderFen - goodsFen),
  };
}

function sum<T>(rows: readonly T[], amountOf: (row: T) => number): number {
  return rows.reduce((total, row) => total + amountOf(row), 0);
}
