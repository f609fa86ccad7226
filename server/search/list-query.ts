import { parseYuan } from '../shared/money.ts';
import { parseKilograms } from '../shared/weight.ts';
import { type FacetName, facetNames, type ProductQuery, type ProductSort, productSorts } from './engine.ts';

/** What the list's address asks for, as typed: prices in yuan. Everything that is not understood is left out, as an address is no form. */
export interface ListQuery extends Record<FacetName, string[]> {
  q: string;
  minPrice: string;
  maxPrice: string;
  /** kilograms, as typed */
  minWeight: string;
  maxWeight: string;
  inStock: boolean;
  coldChain: boolean;
  sort: ProductSort;
  page: number;
}

const MOST_CODES = 20;
const MOST_WORDS = 100;
/** Further pages are not shown: what is searched for is narrowed down instead. */
export const MOST_PAGES = 1_000;

export function readListQuery(query: Record<string, unknown>): ListQuery {
  const codes = Object.fromEntries(facetNames.map((name) => [name, codesIn(query[name])])) as Record<
    FacetName,
    string[]
  >;
  return {
    ...codes,
    q: textIn(query.q).slice(0, MOST_WORDS),
    ...rangeIn(query, 'minPrice', 'maxPrice', parseYuan),
    ...rangeIn(query, 'minWeight', 'maxWeight', parseKilograms),
    inStock: textIn(query.inStock) === '1',
    coldChain: textIn(query.coldChain) === '1',
    sort: productSorts.find((sort) => sort === query.sort) ?? 'relevance',
    page: /^[1-9]\d{0,3}$/.test(textIn(query.page)) ? Math.min(MOST_PAGES, Number(query.page)) : 1,
  };
}

/** Both ends of a range as typed; the wrong way round they are swapped, since what was meant is plain. */
function rangeIn<Min extends string, Max extends string>(
  query: Record<string, unknown>,
  min: Min,
  max: Max,
  parse: (text: string) => number | null,
): Record<Min | Max, string> {
  const [from, to] = [textIn(query[min]).slice(0, 16), textIn(query[max]).slice(0, 16)];
  const [low, high] = [parse(from), parse(to)];
  const isTurned = from !== '' && to !== '' && low !== null && high !== null && low > high;
  return { [min]: isTurned ? to : from, [max]: isTurned ? from : to } as Record<Min | Max, string>;
}

function textIn(value: unknown): string {
  const text = Array.isArray(value) ? value[0] : value;
  return typeof text === 'string' ? text.trim() : '';
}

function codesIn(value: unknown): string[] {
  const texts = [value].flat().filter((text) => typeof text === 'string');
  return [...new Set(texts.map((text) => text.trim()).filter((text) => text !== '' && text.length <= 64))].slice(
    0,
    MOST_CODES,
  );
}

/** As the search engine wants it. A price or weight that cannot be read does not filter. */
export function productQuery(list: ListQuery): ProductQuery {
  const some = (codes: string[]) => (codes.length > 0 ? codes : undefined);
  return {
    q: list.q || undefined,
    category: some(list.category),
    place: some(list.place),
    supplier: some(list.supplier),
    certification: some(list.certification),
    brand: some(list.brand),
    zone: some(list.zone),
    minPriceFen: list.minPrice === '' ? undefined : (parseYuan(list.minPrice) ?? undefined),
    maxPriceFen: list.maxPrice === '' ? undefined : (parseYuan(list.maxPrice) ?? undefined),
    minGrams: list.minWeight === '' ? undefined : (parseKilograms(list.minWeight) ?? undefined),
    maxGrams: list.maxWeight === '' ? undefined : (parseKilograms(list.maxWeight) ?? undefined),
    inStock: list.inStock || undefined,
    coldChain: list.coldChain || undefined,
    sort: list.sort,
    page: list.page,
  };
}

export function hasBadPrice({ minPrice, maxPrice }: ListQuery): boolean {
  return [minPrice, maxPrice].some((text) => text !== '' && parseYuan(text) === null);
}

export function hasBadWeight({ minWeight, maxWeight }: ListQuery): boolean {
  return [minWeight, maxWeight].some((text) => text !== '' && parseKilograms(text) === null);
}

/** The pairs of the address that stands for the query, without defaults and without those named. */
export function pairsOf(list: ListQuery, ...without: (keyof ListQuery)[]): [string, string][] {
  const pairs: [keyof ListQuery, string][] = [
    ['q', list.q],
    ...facetNames.flatMap((name) => list[name].map((code): [FacetName, string] => [name, code])),
    ['minPrice', list.minPrice],
    ['maxPrice', list.maxPrice],
    ['minWeight', list.minWeight],
    ['maxWeight', list.maxWeight],
    ['inStock', list.inStock ? '1' : ''],
    ['coldChain', list.coldChain ? '1' : ''],
    ['sort', list.sort === 'relevance' ? '' : list.sort],
    ['page', list.page > 1 ? String(list.page) : ''],
  ];
  return pairs.filter(([name, value]) => value !== '' && !without.includes(name));
}
