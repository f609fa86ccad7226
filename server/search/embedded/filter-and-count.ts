import {
  type FacetCount,
  type FacetName,
  facetNames,
  type PriceRange,
  type ProductFacets,
  type ProductQuery,
  priceRanges,
} from '../engine.ts';
import { type Columns, perFacet } from './columns.ts';

const mostCodesOfAFacet = 100;

export type Counted = { total: number; facets: ProductFacets };

/** Slots to look at, in order; with flags, only those that are flagged. */
export type Candidates = { order: Uint32Array; isFound?: Uint8Array };

/**
 * How many pass every filter, and each facet over those that pass every filter but its own, in one go through the candidates: in the
 * order in which they lie in memory, which is two to four times faster than in that of the page.
 */
export function countFacets(columns: Columns, query: ProductQuery, { order, isFound }: Candidates): Counted {
  const { codes, books, priceFen } = columns;
  const passesPlain = plainFilters(columns, query);
  const isPriced = priceFilter(columns, query);
  const dimensions = facetNames.map((facet) => ({
    codes: codes[facet],
    wanted: wantedNumbers(columns, facet, query[facet]),
    counts: new Uint32Array(books[facet].entries.length),
  }));
  const active = dimensions.filter((dimension) => dimension.wanted !== undefined);
  const priceCounts = priceRanges.map(() => 0);
  const asTheyLie = order.slice().sort();
  let total = 0;

  for (let at = 0; at < asTheyLie.length; at++) {
    const slot = asTheyLie[at] ?? 0;
    if ((isFound !== undefined && isFound[slot] === 0) || !passesPlain(slot)) continue;

    let failures = isPriced(slot) ? 0 : 1;
    let failing: (typeof dimensions)[number] | undefined;
    for (let on = 0; on < active.length && failures < 2; on++) {
      const dimension = active[on];
      if (dimension === undefined || hasWanted(dimension.codes[slot], dimension.wanted)) continue;
      failing = dimension;
      failures++;
    }
    if (failures > 1) continue;

    if (failing !== undefined) count(failing.counts, failing.codes[slot]);
    else countPrice(priceCounts, priceFen[slot] ?? 0);
    if (failures === 1) continue;

    for (let on = 0; on < dimensions.length; on++) {
      const dimension = dimensions[on];
      if (dimension !== undefined) count(dimension.counts, dimension.codes[slot]);
    }
    total++;
  }

  const counted = perFacet((facet) => {
    const dimension = dimensions[facetNames.indexOf(facet)];
    return largest(columns, facet, dimension?.counts, dimension?.wanted);
  });
  return {
    total,
    facets: { ...counted, price: priceRanges.map((range, at) => ({ ...range, count: priceCounts[at] ?? 0 })) },
  };
}

/** The slots of one page of what passes every filter. */
export function filteredPage(
  columns: Columns,
  query: ProductQuery,
  { order, isFound }: Candidates,
  { page, perPage }: { page: number; perPage: number },
): number[] {
  const passesPlain = plainFilters(columns, query);
  const isPriced = priceFilter(columns, query);
  const active = facetNames
    .map((facet) => ({ codes: columns.codes[facet], wanted: wantedNumbers(columns, facet, query[facet]) }))
    .filter(({ wanted }) => wanted !== undefined);
  const found: number[] = [];
  let before = (page - 1) * perPage;
  for (let at = 0; at < order.length && found.length < perPage; at++) {
    const slot = order[at] ?? 0;
    if ((isFound !== undefined && isFound[slot] === 0) || !passesPlain(slot) || !isPriced(slot)) continue;
    if (!active.every(({ codes, wanted }) => hasWanted(codes[slot], wanted))) continue;
    if (before > 0) before--;
    else found.push(slot);
  }
  return found;
}

/** Filters that no facet counts. */
function plainFilters(columns: Columns, query: ProductQuery): (slot: number) => boolean {
  const { netGrams, inStock, coldChain } = columns;
  const minGrams = query.minGrams ?? 0;
  const maxGrams = query.maxGrams ?? Number.MAX_SAFE_INTEGER;
  return (slot) =>
    (netGrams[slot] ?? 0) >= minGrams &&
    (netGrams[slot] ?? 0) <= maxGrams &&
    (query.inStock === undefined || inStock[slot] === query.inStock) &&
    (query.coldChain === undefined || coldChain[slot] === query.coldChain);
}

function priceFilter({ priceFen }: Columns, query: ProductQuery): (slot: number) => boolean {
  const min = query.minPriceFen ?? 0;
  const max = query.maxPriceFen ?? Number.MAX_SAFE_INTEGER;
  return (slot) => {
    const price = priceFen[slot] ?? 0;
    return price >= min && price <= max;
  };
}

/** Flags by code number; undefined when the filter is not set. A code that no product carries matches nothing. */
function wantedNumbers(columns: Columns, facet: FacetName, codes: string[] | undefined): Uint8Array | undefined {
  if (codes === undefined || codes.length === 0) return undefined;
  const book = columns.books[facet];
  const wanted = new Uint8Array(book.entries.length);
  for (const code of codes) {
    const number = book.numbers.get(code);
    if (number !== undefined) wanted[number] = 1;
  }
  return wanted;
}

function hasWanted(numbers: number[] | undefined, wanted: Uint8Array | undefined): boolean {
  if (numbers === undefined || wanted === undefined) return false;
  for (let at = 0; at < numbers.length; at++) if (wanted[numbers[at] ?? 0] === 1) return true;
  return false;
}

function count(counts: Uint32Array, numbers: number[] | undefined): void {
  if (numbers === undefined) return;
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at] ?? 0;
    counts[number] = (counts[number] ?? 0) + 1;
  }
}

function countPrice(counts: number[], price: number): void {
  const at = priceRanges.findIndex(({ belowFen }: PriceRange) => belowFen === null || price < belowFen);
  counts[at] = (counts[at] ?? 0) + 1;
}

/** The most frequent codes, and whatever is ticked, even when nothing is left of it. */
function largest(columns: Columns, facet: FacetName, counts?: Uint32Array, wanted?: Uint8Array): FacetCount[] {
  const found: FacetCount[] = [];
  columns.books[facet].entries.forEach(({ code }, number) => {
    const count = counts?.[number] ?? 0;
    if (count > 0 || wanted?.[number] === 1) found.push({ code, count });
  });
  found.sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
  const isTicked = ({ code }: FacetCount) => wanted?.[columns.books[facet].numbers.get(code) ?? -1] === 1;
  return found.filter((entry, at) => at < mostCodesOfAFacet || isTicked(entry));
}
