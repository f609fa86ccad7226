import { addDays, type Day, daysBetween } from '../../shared/days.ts';
import type { DemoProductFamily, DemoSupplier } from './fact-goods.ts';
import type { DemoCertification } from './fact-parts.ts';
import { type DemoSpecification, inSeason } from './fact-specifications.ts';
import { LONG_AGO, type World } from './world.ts';

/** A specification as the orders of the twelve months see it. */
export interface Good {
  id: number;
  spec: DemoSpecification;
  family: DemoProductFamily;
  supplier: DemoSupplier;
  supplierId: number;
  categoryId: number;
  placeId: number;
  categoryPath: string;
  placePath: string;
  /** code of the origin's county */
  county: string;
  illustration: string;
  supplierCertificationId: number;
  certificationId: number;
  prices: PriceSpan[];
}

interface PriceSpan {
  since: Day;
  priceFen: number;
}

export function addCategoriesAndBrands({ facts, rows, name, id, idOrNull }: World): void {
  for (const category of facts.categories) {
    const { code, nameEn, sort, edible, illustration, aliases } = category;
    const parentId = idOrNull('category', category.parent);
    const above = parentId === null ? '/' : rows.of('category')[parentId - 1]?.path;
    const row = { code, name: category.name, nameEn, parentId, path: '', sort, edible, illustration, aliases };
    const categoryId = rows.add('category', row);
    row.path = `${above}${categoryId}/`;
    name('category', code, categoryId);
  }
  for (const brand of facts.brands) {
    const { code, nameEn } = brand;
    name('brand', code, rows.add('brand', { code, name: brand.name, nameEn, placeId: id('place', brand.place) }));
  }
}

/** Families with their specifications, tiers and price history; certifications must be there. */
export function addProducts({ facts, rows, name, id, idOrNull, today }: World): void {
  for (const family of facts.products) {
    const { code, nameEn, description, descriptionEn, storage, storageEn, aliases, madeUp } = family;
    const supplierId = id('supplier', family.supplier);
    const familyId = rows.add('productFamily', {
      code,
      supplierId,
      brandId: idOrNull('brand', family.brand),
      name: family.name,
      nameEn,
      description,
      descriptionEn,
      storage,
      storageEn,
      aliases,
      isMadeUp: madeUp,
    });
    name('family', code, familyId);
    for (const spec of family.specs) {
      const { certification, batches, comingBatch, tiers, audience, soldOut, ...columns } = spec;
      const { weeklySales, priceHistory, pendingPrice, ...product } = columns;
      const productId = rows.add('product', {
        ...product,
        familyId,
        supplierId,
        categoryId: id('category', family.category),
        placeId: id('place', family.origin),
        sold: 0,
        createdAt: new Date(`${addDays(today, -420)}T02:00:00Z`),
      });
      name('product', spec.code, productId);
      for (const tier of tiers) rows.add('priceTier', { productId, ...tier });
    }
  }
}

/** Prices as they followed each other; the present one came half-way between the last known change and today. */
export function priceSpans(spec: DemoSpecification, today: Day): PriceSpan[] {
  const last = spec.priceHistory.at(-1);
  if (!last) return [{ since: LONG_AGO, priceFen: spec.priceFen }];
  const since = addDays(last.since, Math.floor(daysBetween(last.since, today) / 2));
  return [...spec.priceHistory, { since, priceFen: spec.priceFen }];
}

/** Every good with the ids and paths that an order copies. */
export function listGoods({ facts, rows, id, today }: World): Good[] {
  const suppliers = new Map(facts.suppliers.map((supplier) => [supplier.code, supplier]));
  const certified = (key: 'supplierId' | 'productId', holder: number) =>
    rows.of('certification').findIndex((row) => row[key] === holder) + 1;
  return facts.products.flatMap((family) =>
    family.specs.map((spec): Good => {
      const supplier = suppliers.get(family.supplier);
      const category = rows.of('category')[id('category', family.category) - 1];
      const place = rows.of('place')[id('place', family.origin) - 1];
      if (!supplier || !category || !place) throw new Error(`${spec.code} is not whole`);
      const supplierId = id('supplier', family.supplier);
      const productId = id('product', spec.code);
      return {
        id: productId,
        spec,
        family,
        supplier,
        supplierId,
        categoryId: id('category', family.category),
        placeId: id('place', family.origin),
        categoryPath: category.path,
        placePath: place.path,
        county: family.origin.split('-')[0] ?? '',
        illustration: category.illustration,
        supplierCertificationId: certified('supplierId', supplierId),
        certificationId: certified('productId', productId),
        prices: priceSpans(spec, today),
      };
    }),
  );
}

/** Whether a certification holds on a day, as certificationHolds says. */
export function holdsOn({ number, validFrom, validUntil, interruption }: DemoCertification, day: Day): boolean {
  if (number === null || validFrom === null || validUntil === null) return false;
  return validFrom <= day && day <= validUntil && (interruption === null || day < interruption.since);
}

/** Whether a good stood on the shelf on a day: certified, in season, not a draft. */
export function isOffered({ spec, supplier }: Good, day: Day): boolean {
  if (spec.state === 'draft' || spec.weeklySales === 0) return false;
  return holdsOn(spec.certification, day) && holdsOn(supplier.certification, day) && inSeason(spec, day);
}

/** Price in fen of one unit of sale on a day when so many are bought; tiers move with the price. */
export function priceOn({ spec, prices }: Good, day: Day, quantity: number): number {
  const base = (prices.findLast((span) => span.since <= day) ?? prices[0])?.priceFen ?? spec.priceFen;
  const tier = spec.tiers.findLast((candidate) => candidate.fromQuantity <= quantity);
  if (!tier) return base;
  return base === spec.priceFen ? tier.priceFen : Math.round((tier.priceFen * base) / spec.priceFen);
}
