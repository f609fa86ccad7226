import Handlebars from 'handlebars';
import { presentCard, presentCards } from '../catalog/card-presenter.ts';
import { type CatalogReader, nameOf } from '../catalog/catalog-reader.ts';
import type { ProductCard } from '../catalog/product-cards.ts';
import { categoryCrumbs } from '../catalog/product-presenter.ts';
import { pathTo } from '../paths.ts';
import { type ProductFacets, productSorts, type TextRange } from './engine.ts';
import { markedText } from './highlight.ts';
import { type FacetNames, presentFacets } from './list-filters.ts';
import { hasBadPrice, hasBadWeight, type ListQuery, pairsOf } from './list-query.ts';
import type { FoundProducts } from './search-products.ts';

const bounds = [
  { field: 'minPrice', label: 'from' },
  { field: 'maxPrice', label: 'upTo' },
  { field: 'minWeight', label: 'heavierThan' },
  { field: 'maxWeight', label: 'lighterThan' },
] as const;

/** The data of `views/catalog/list.hbs`. `offers` are shown when nothing was found. */
export function presentList(
  reader: CatalogReader,
  list: ListQuery,
  found: FoundProducts,
  names: FacetNames,
  offers: readonly ProductCard[],
) {
  const { t } = reader;
  const heading = headingOf(reader, list);
  const facets = presentFacets(reader, list, found.facets, names);
  const isFiltered = pairsOf(list, 'q', 'sort', 'page').length > 0;
  const category = list.category.length === 1 ? reader.categories.byCode.get(list.category[0] ?? '') : undefined;
  const zone = list.zone.length === 1 ? list.zone[0] : undefined;
  const from = (found.page - 1) * found.perPage;
  return {
    title: heading,
    heading,
    q: list.q,
    searchText: list.q,
    total: found.total,
    degraded: found.engine === 'database',
    didYouMean: found.didYouMean,
    relaxed: found.relaxed,
    badPrice: hasBadPrice(list),
    badWeight: hasBadWeight(list),
    breadcrumbs: crumbsOf(reader, category?.id, heading),
    currentCategory: category && reader.categories.pathOf(category.id)[0]?.code,
    products: found.cards.map((card) =>
      presentCard(reader, card, { nameHtml: nameHtml(reader, card, found.highlights[card.id]), zone }),
    ),
    related: found.related.map((card) =>
      presentCard(reader, card, { nameHtml: nameHtml(reader, card, found.highlights[card.id]), zone }),
    ),
    offers: presentCards(reader, offers),
    prevHref: found.page > 1 ? hrefOf({ ...list, page: found.page - 1 }) : undefined,
    isCut: found.isCut,
    nextHref: found.hasNext ? hrefOf({ ...list, page: found.page + 1 }) : undefined,
    where:
      found.total !== undefined && found.cards.length > 0
        ? t('catalog:list.where', {
            from: from + 1,
            to: from + found.cards.length,
            total: found.total.toLocaleString('en-US'),
          })
        : undefined,
    sort: {
      options: productSorts.map((sort) => ({ value: sort, label: t(`catalog:sort.${sort}`) })),
      value: list.sort,
      hidden: inputs(pairsOf(list, 'sort', 'page')),
    },
    filters: {
      hidden: inputs(
        [
          ['q', list.q] as [string, string],
          ['sort', list.sort === 'relevance' ? '' : list.sort] as [string, string],
        ].filter(([, value]) => value !== ''),
      ),
      facets,
      price: { min: list.minPrice, max: list.maxPrice, ranges: rangesOf(reader, list, found.facets) },
      weight: { min: list.minWeight, max: list.maxWeight },
      clearHref: isFiltered ? hrefOf(clear(list)) : undefined,
    },
    active: [
      ...facets.flatMap((facet) =>
        facet.options
          .filter(({ checked }) => checked)
          .map(({ value, label }) => ({ label, removeHref: hrefWithout(list, facet.name, value) })),
      ),
      ...bounds
        .filter(({ field }) => list[field] !== '')
        .map(({ field, label }) => ({
          label: t(`catalog:facets.${label}`, { price: list[field], weight: list[field] }),
          removeHref: hrefOf({ ...list, [field]: '', page: 1 }),
        })),
    ],
  };
}

/** The ranges of prices that hold anything, each a link; the chosen one takes itself back. */
function rangesOf({ t }: CatalogReader, list: ListQuery, facets: ProductFacets | null) {
  return (facets?.price ?? [])
    .filter(({ count }) => count > 0)
    .map(({ minFen, belowFen, count }) => {
      const min = minFen === 0 ? '' : String(minFen / 100);
      const max = belowFen === null ? '' : ((belowFen - 1) / 100).toFixed(2);
      const isChosen = list.minPrice === min && list.maxPrice === max;
      const bound = belowFen === null ? 'above' : minFen === 0 ? 'below' : 'between';
      const prices = isChosen ? { minPrice: '', maxPrice: '' } : { minPrice: min, maxPrice: max };
      return {
        label: t(`catalog:priceRange.${bound}`, { min: minFen / 100, max: (belowFen ?? 0) / 100 }),
        count,
        isChosen,
        href: hrefOf({ ...list, ...prices, page: 1 }),
      };
    });
}

function headingOf({ t, locale, categories }: CatalogReader, list: ListQuery): string {
  if (list.q) return t('catalog:list.searchFor', { q: list.q });
  const category = list.category.length === 1 ? categories.byCode.get(list.category[0] ?? '') : undefined;
  return category ? nameOf(locale, category) : t('catalog:list.all');
}

function crumbsOf(reader: CatalogReader, categoryId: number | undefined, heading: string) {
  const crumbs = categoryCrumbs(reader, categoryId);
  const last = crumbs.at(-1);
  return categoryId !== undefined && last
    ? [...crumbs.slice(0, -1), { label: last.label }]
    : [crumbs[0], { label: heading }];
}

/** The name with what was searched for marked; only the Chinese name is searched. */
function nameHtml({ locale }: CatalogReader, card: ProductCard, ranges: TextRange[] | undefined): string | undefined {
  if (!ranges || ranges.length === 0 || nameOf(locale, card) !== card.name) return undefined;
  return markedText(card.name, ranges)
    .map(({ text, isMarked }) =>
      isMarked ? `<mark>${Handlebars.escapeExpression(text)}</mark>` : Handlebars.escapeExpression(text),
    )
    .join('');
}

function inputs(pairs: readonly [string, string][]) {
  return pairs.map(([name, value]) => ({ name, value }));
}

export function hrefOf(list: ListQuery): string {
  const pairs = pairsOf(list);
  return pairs.length === 0 ? pathTo('products') : `${pathTo('products')}?${new URLSearchParams(pairs)}`;
}

function hrefWithout(list: ListQuery, name: string, value: string): string {
  const pairs = pairsOf(list, 'page').filter(([key, code]) => key !== name || code !== value);
  return pairs.length === 0 ? pathTo('products') : `${pathTo('products')}?${new URLSearchParams(pairs)}`;
}

/** The words and the order stay, everything chosen goes. */
function clear(list: ListQuery): ListQuery {
  return {
    ...list,
    category: [],
    place: [],
    supplier: [],
    certification: [],
    brand: [],
    zone: [],
    minPrice: '',
    maxPrice: '',
    minWeight: '',
    maxWeight: '',
    inStock: false,
    coldChain: false,
    page: 1,
  };
}
