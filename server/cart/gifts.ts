import { findBuyableProducts } from '../catalog/shelf-products.ts';
import { type BatchShare, chooseBatches } from '../catalog/stock.ts';
import type { Sql } from '../db/sql.ts';
import type { ThresholdGift } from '../promotions/threshold-gifts.ts';
import type { Day } from '../shared/days.ts';
import type { AgreedTerms } from './agreed-terms.ts';
import type { Quote, QuotedGift } from './quote.ts';

/**
 * The gifts that a quote has reached (满赠). Only goods of the gift's own supplier count towards it, before discount and without what was
 * agreed, so that a gift always travels in a parcel that ships anyway; of one product one gift. What is not on the shelf or not there in
 * full is not given.
 */
export async function giftsOf(
  db: Sql,
  quoted: Quote,
  gifts: readonly ThresholdGift[],
  agreed: AgreedTerms | null | undefined,
  today: Day,
): Promise<QuotedGift[]> {
  if (gifts.length === 0) return [];
  const products = await findBuyableProducts(
    db,
    gifts.map(({ giftProductId }) => giftProductId),
    today,
  );
  const lines = quoted.parcels.flatMap((parcel) => parcel.lines);
  const given = new Map<number, QuotedGift>();
  for (const { campaignId, name, thresholdFen, giftProductId, giftQuantity, productIds } of gifts) {
    const product = products.get(giftProductId);
    if (!product?.onShelf || given.has(giftProductId)) continue;
    const goodsFen = lines
      .filter((line) => line.product.supplierId === product.supplierId && !agreed?.prices.has(line.productId))
      .filter((line) => productIds === null || productIds.has(line.productId))
      .reduce((sum, line) => sum + line.goodsFen, 0);
    const bought = lines.find((line) => line.productId === giftProductId)?.quantity ?? 0;
    if (goodsFen >= thresholdFen && product.available >= bought + giftQuantity)
      given.set(giftProductId, { campaignId, name, product, quantity: giftQuantity });
  }
  return [...given.values()];
}

/** The batches of gifts, after those of the same product that were bought; a gift that does not come together is left out. */
export async function sharesOfGifts(
  db: Sql,
  gifts: readonly QuotedGift[],
  shares: readonly BatchShare[],
  today: Day,
): Promise<{ gifts: QuotedGift[]; shares: BatchShare[] }> {
  if (gifts.length === 0) return { gifts: [], shares: [] };
  const boughtOf = (productId: number) =>
    shares.filter((share) => share.productId === productId).reduce((sum, share) => sum + share.quantity, 0);
  const wishes = gifts.map(({ product, quantity }) => ({
    productId: product.id,
    quantity: quantity + boughtOf(product.id),
  }));
  const chosen = await chooseBatches(db, wishes, today);
  const there = gifts.filter(({ product }) => !chosen.shortages.some(({ productId }) => productId === product.id));
  const parts = there.flatMap(({ product }) => {
    let skip = boughtOf(product.id);
    return chosen.shares
      .filter(({ productId }) => productId === product.id)
      .flatMap((share) => {
        const passed = Math.min(skip, share.quantity);
        skip -= passed;
        return share.quantity > passed ? [{ ...share, quantity: share.quantity - passed, isGift: true }] : [];
      });
  });
  return { gifts: there, shares: parts };
}
