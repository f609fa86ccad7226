import { z } from 'zod';
import { pricePerKg } from '../shared/money.ts';
import type { PlaceTree } from '../units/place-tree.ts';
import type { CategoryTree } from './category-tree.ts';
import { presentPhoto } from './photos.ts';
import { type ProductCard, stockState } from './product-cards.ts';
import { leastQuantity, priceFor } from './shelf-products.ts';

export const tierJson = z.object({ fromQuantity: z.int(), priceFen: z.int() });
export const certificationJson = z.object({
  of: z.enum(['product', 'supplier']),
  number: z.string(),
  issuer: z.string(),
  validFrom: z.iso.date(),
  validUntil: z.iso.date(),
});
export const markJson = z.object({
  kind: z.enum(['green', 'organic', 'geographic']),
  number: z.string(),
  validFrom: z.iso.date(),
  validUntil: z.iso.date(),
});
export const inspectionJson = z.object({
  lab: z.string(),
  number: z.string(),
  issuedOn: z.iso.date(),
  passed: z.boolean(),
  summary: z.string(),
});
export const benefitJson = z.object({
  year: z.int(),
  mode: z.enum(['guaranteed_dividend', 'shares', 'profit_return', 'contract', 'jobs']),
  households: z.int(),
  yearlyPayoutFen: z.int(),
});
export const supplierJson = z.object({ id: z.int(), code: z.string(), name: z.string(), nameEn: z.string() });

export const productJson = z.object({
  id: z.int(),
  code: z.string(),
  familyId: z.int(),
  name: z.string(),
  nameEn: z.string(),
  spec: z.string(),
  specEn: z.string(),
  category: z.string().nullable(),
  place: z.string().nullable(),
  brand: z.string().nullable(),
  supplier: supplierJson,
  priceFen: z.int().describe('of one unit of sale, when the least quantity is bought'),
  tiers: z.array(tierJson),
  minQuantity: z.int(),
  orderMultiple: z.int(),
  saleUnit: z.string(),
  saleUnitEn: z.string(),
  saleMode: z.enum(['by_piece', 'by_weight']),
  netGrams: z.int(),
  pricePerKgFen: z.int().nullable().describe('of goods settled by actual weight'),
  coldChain: z.boolean(),
  stock: z.object({ state: z.enum(['in', 'low', 'out']), available: z.int() }),
  comesOn: z.iso.date().nullable().describe('the harvest that a pre-order waits for'),
  sold: z.int(),
  photo: z
    .object({ url: z.string(), width: z.int(), height: z.int(), alt: z.string() })
    .nullable()
    .describe('the first photo of the goods; also served smaller, see the page'),
});

function photoOf({ photo, name }: ProductCard): z.output<typeof productJson>['photo'] {
  const shown = presentPhoto('zh', photo ?? undefined, name);
  return shown ? { url: shown.src, width: shown.width, height: shown.height, alt: shown.alt } : null;
}

/** A product as the API names it: filters' codes instead of ids. */
export function jsonOfCard(
  card: ProductCard,
  categories: CategoryTree,
  places: PlaceTree,
): z.output<typeof productJson> {
  const {
    id,
    code,
    familyId,
    name,
    nameEn,
    spec,
    specEn,
    tiers,
    orderMultiple,
    saleUnit,
    saleUnitEn,
    saleMode,
    netGrams,
    coldChain,
    comesOn,
    sold,
  } = card;
  const minQuantity = leastQuantity(card);
  return {
    id,
    code,
    familyId,
    name,
    nameEn,
    spec,
    specEn,
    category: categories.byId.get(card.categoryId)?.code ?? null,
    place: places.byId.get(card.placeId)?.code ?? null,
    brand: card.brandCode,
    supplier: { id: card.supplierId, code: card.supplierCode, name: card.supplierName, nameEn: card.supplierNameEn },
    priceFen: priceFor(card, minQuantity),
    tiers,
    minQuantity,
    orderMultiple,
    saleUnit,
    saleUnitEn,
    saleMode,
    netGrams,
    pricePerKgFen: saleMode === 'by_weight' ? pricePerKg(priceFor(card, minQuantity), netGrams) : null,
    coldChain,
    stock: { state: stockState(card), available: card.available },
    photo: photoOf(card),
    comesOn,
    sold,
  };
}
