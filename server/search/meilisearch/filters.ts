import { type FacetName, facetNames, type ProductFacets, type ProductQuery, priceRanges } from '../engine.ts';

/** The attribute that holds each facet's codes. */
export const facetAttributes: Record<FacetName, string> = {
  category: 'categoryCodes',
  place: 'placeCodes',
  supplier: 'supplierCode',
  certification: 'certifications',
  brand: 'brandCode',
  zone: 'zones',
};
export const PRICE_BAND = 'priceBand';

/** One filter a part, so that a facet can leave its own out. `price` is by range, `rest` what no facet counts. */
export type FilterParts = Partial<Record<FacetName | 'price' | 'rest', (string | string[])[]>>;

export function filterParts(query: ProductQuery): FilterParts {
  const parts: FilterParts = {};
  for (const facet of facetNames) {
    const codes = query[facet];
    if (codes && codes.length > 0) parts[facet] = [codes.map((code) => `${facetAttributes[facet]} = ${quoted(code)}`)];
  }
  const price = [
    ...(query.minPriceFen === undefined ? [] : [`priceFen >= ${query.minPriceFen}`]),
    ...(query.maxPriceFen === undefined ? [] : [`priceFen <= ${query.maxPriceFen}`]),
  ];
  if (price.length > 0) parts.price = price;
  const rest = [
    ...(query.minGrams === undefined ? [] : [`netGrams >= ${query.minGrams}`]),
    ...(query.maxGrams === undefined ? [] : [`netGrams <= ${query.maxGrams}`]),
    ...(query.inStock === undefined ? [] : [`inStock = ${query.inStock}`]),
    ...(query.coldChain === undefined ? [] : [`coldChain = ${query.coldChain}`]),
  ];
  if (rest.length > 0) parts.rest = rest;
  return parts;
}

export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** All parts together, without one. */
export function filterOf(parts: FilterParts, without?: keyof FilterParts): (string | string[])[] {
  return Object.entries(parts).flatMap(([name, filter]) => (name === without ? [] : filter));
}

type Distribution = Record<string, Record<string, number>>;

/** Facets in the port's shape, each from the answer that left its own filter out; what is ticked stays, even when nothing is left of it. */
export function facetsOf(
  query: ProductQuery,
  distributionOf: (part: FacetName | 'price') => Distribution,
): ProductFacets {
  const counted = Object.fromEntries(
    facetNames.map((facet) => {
      const counts = distributionOf(facet)[facetAttributes[facet]] ?? {};
      const ticked = (query[facet] ?? []).filter((code) => counts[code] === undefined);
      const found = Object.entries(counts).map(([code, count]) => ({ code, count }));
      const sorted = found.sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
      return [facet, [...sorted, ...ticked.map((code) => ({ code, count: 0 }))]];
    }),
  ) as Record<FacetName, ProductFacets[FacetName]>;
  const bands = distributionOf('price')[PRICE_BAND] ?? {};
  return { ...counted, price: priceRanges.map((range, at) => ({ ...range, count: bands[String(at)] ?? 0 })) };
}
