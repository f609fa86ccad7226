import { formatYuan, MAX_ORDER_FEN } from '../shared/money.ts';
import { unitWord } from '../shared/unit-words.ts';
import type { Locale, Translate } from '../web/i18n.ts';
import { inLanguage } from './catalog-reader.ts';
import { type BuyableProduct, leastQuantity, MAX_QUANTITY, priceFor, quantityFaults } from './shelf-products.ts';

type Priced = Pick<
  BuyableProduct,
  | 'familyName'
  | 'nameEn'
  | 'saleUnit'
  | 'saleUnitEn'
  | 'priceFen'
  | 'tiers'
  | 'minQuantity'
  | 'orderMultiple'
  | 'available'
>;

/**
 * What so many of a product cost: the tier's price and the sum in fen, what a few more would save, and in `live` all that site.js needs to say
 * the same while a quantity is typed (rule 24). No sum for a quantity that cannot be ordered.
 */
export function presentQuantity(
  { t, locale }: { t: Translate; locale: Locale },
  product: Priced,
  quantity: number | null,
) {
  const unit = inLanguage(locale, product.saleUnit, product.saleUnitEn);
  const isGood = quantity !== null && quantityFaults(product, quantity).length === 0;
  const next = isGood ? product.tiers.find((tier) => tier.fromQuantity > quantity) : undefined;
  const unitPriceFen = priceFor(product, quantity ?? leastQuantity(product));
  const name = inLanguage(locale, product.familyName, product.nameEn);
  return {
    unitPriceFen,
    sumFen: isGood ? unitPriceFen * quantity : undefined,
    next:
      next &&
      t('common:quantityPrice.next', {
        more: next.fromQuantity - (quantity ?? 0),
        unit: unitWord(next.fromQuantity - (quantity ?? 0), unit),
        price: `¥${formatYuan(next.priceFen)}`,
      }),
    live: {
      tiers: [[1, product.priceFen], ...product.tiers.map((tier) => [tier.fromQuantity, tier.priceFen])],
      ...{ minimum: product.minQuantity, multiple: product.orderMultiple, available: product.available },
      ...{ most: MAX_QUANTITY, mostFen: MAX_ORDER_FEN },
      say: {
        next: t('common:quantityPrice.next', { more: '{more}', unit: unitWord('{more}', unit), price: '{price}' }),
        notAQuantity: t('faults:notAQuantity'),
        belowMinimum: t('faults:belowMinimum', {
          minimum: product.minQuantity,
          unit: unitWord(product.minQuantity, unit),
        }),
        notAMultiple: t('faults:notAMultiple', {
          multiple: product.orderMultiple,
          unit: unitWord(product.orderMultiple, unit),
        }),
        quantityTooLarge: t('faults:quantityTooLarge', { maximum: '{maximum}' }),
        notEnough: t(`faults:${product.available > 0 ? 'notEnough' : 'soldOut'}`, {
          name,
          available: product.available,
        }),
      },
    },
  };
}
