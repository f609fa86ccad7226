import { type CatalogReader, nameOf } from '../catalog/catalog-reader.ts';
import type { ZoneNode } from '../catalog/zone-list.ts';
import type { Tree, TreeRow } from '../shared/tree.ts';
import type { FacetCount, FacetName, ProductFacets } from './engine.ts';
import type { ListQuery } from './list-query.ts';

interface Named {
  name: string;
  nameEn: string | null;
}

/** Names of what the facets count, by code. */
export interface FacetNames {
  suppliers: Map<string, Named>;
  brands: Map<string, Named>;
  zones: readonly ZoneNode[];
}

const MOST_OPTIONS = 12;

/** The suppliers that the filter will show: the largest, and the chosen ones. */
export function shownSuppliers(facets: ProductFacets | null, list: ListQuery): string[] {
  return [...new Set([...list.supplier, ...(facets?.supplier ?? []).slice(0, MOST_OPTIONS).map(({ code }) => code)])];
}

/** The facets of `partials/filters.hbs`, without those that leave no choice. */
export function presentFacets(reader: CatalogReader, list: ListQuery, facets: ProductFacets | null, names: FacetNames) {
  const { t, categories, places } = reader;
  const counts = (name: FacetName) => facets?.[name] ?? list[name].map((code) => ({ code, count: undefined }));
  const label = (named: Named | undefined, code: string) => (named ? nameOf(reader.locale, named) : code);
  const zone = (code: string) => names.zones.find((one) => one.code === code);
  const option = (name: FacetName, text: string, { code, count }: { code: string; count?: number }) => ({
    value: code,
    label: text,
    count,
    checked: list[name].includes(code),
  });
  const flat = (name: FacetName, textOf: (code: string) => string) =>
    someOf(counts(name), list[name]).map((one) => option(name, textOf(one.code), one));
  const branch = <T extends TreeRow & Named>(name: FacetName, tree: Tree<T>) =>
    shownNodes(tree, list[name], counts(name)).map(({ node, count }) =>
      option(name, label(node, node.code), { code: node.code, count }),
    );
  const all = [
    {
      name: 'category',
      open: true,
      options: facets
        ? branch('category', categories)
        : flat('category', (code) => label(categories.byCode.get(code), code)),
    },
    {
      name: 'place',
      open: true,
      options: facets ? branch('place', places) : flat('place', (code) => label(places.byCode.get(code), code)),
    },
    {
      name: 'certification',
      options: flat('certification', (code) => t(`catalog:marks.${code}`)).filter(({ value }) => value !== 'certified'),
    },
    { name: 'brand', options: flat('brand', (code) => label(names.brands.get(code), code)) },
    { name: 'zone', options: flat('zone', (code) => label(zone(code), code)) },
    { name: 'supplier', options: flat('supplier', (code) => label(names.suppliers.get(code), code)) },
  ];
  return [
    ...all
      .filter(({ options }) => options.length > 1 || options.some(({ checked }) => checked))
      .map((facet) => ({
        ...facet,
        type: 'checkbox',
        legend: t(`catalog:facets.${facet.name}`),
        open: facet.open || facet.options.some(({ checked }) => checked),
      })),
    {
      name: 'inStock',
      type: 'checkbox',
      legend: t('catalog:facets.stock'),
      open: list.inStock,
      options: [{ value: '1', label: t('catalog:facets.inStock'), checked: list.inStock }],
    },
    {
      name: 'coldChain',
      type: 'checkbox',
      legend: t('common:coldChain'),
      open: list.coldChain,
      options: [{ value: '1', label: t('catalog:facets.coldChain'), checked: list.coldChain }],
    },
  ];
}

/** The largest counts, with the chosen ones even where nothing is left of them. */
function someOf(
  counts: readonly { code: string; count?: number }[],
  chosen: readonly string[],
): { code: string; count?: number }[] {
  const missing = chosen.filter((code) => !counts.some((one) => one.code === code)).map((code) => ({ code, count: 0 }));
  const isChosen = ({ code }: { code: string }) => chosen.includes(code);
  return [...missing, ...counts.filter(isChosen), ...counts.filter((one) => !isChosen(one))].slice(
    0,
    Math.max(MOST_OPTIONS, chosen.length),
  );
}

/** The roots, and below a chosen node its children, in the tree's order; empty branches are left out unless chosen. */
function shownNodes<T extends TreeRow>(
  tree: Tree<T>,
  chosen: readonly string[],
  counts: readonly FacetCount[] | readonly { code: string; count?: number }[],
) {
  const countOf = new Map(counts.map(({ code, count }) => [code, count]));
  const opened = new Set(chosen.flatMap((code) => tree.pathOf(tree.byCode.get(code)?.id ?? 0).map(({ id }) => id)));
  const shown: { node: T; count: number | undefined }[] = [];
  const visit = (nodes: readonly T[]): void => {
    for (const node of nodes) {
      const count = countOf.get(node.code);
      if (count !== undefined || chosen.includes(node.code)) shown.push({ node, count: count ?? 0 });
      if (opened.has(node.id)) visit(tree.childrenOf(node.id));
    }
  };
  visit(tree.roots);
  return shown;
}
