import { type FacetName, facetNames } from '../engine.ts';
import type { ProductDocument } from '../product-document.ts';
import { type CodeBook, createCodeBook, type NamedCode, numberOf } from './code-book.ts';

/** What products are filtered, counted and sorted by: one array per property, one slot per product, freed slots used again. */
export type Columns = {
  slots: Map<number, number>;
  /** 0 where a slot is free. */
  ids: number[];
  priceFen: number[];
  netGrams: number[];
  sales: number[];
  createdAt: number[];
  inStock: boolean[];
  coldChain: boolean[];
  codes: Record<FacetName, number[][]>;
  books: Record<FacetName, CodeBook>;
  free: number[];
};

export function createColumns(): Columns {
  return {
    slots: new Map(),
    ids: [],
    priceFen: [],
    netGrams: [],
    sales: [],
    createdAt: [],
    inStock: [],
    coldChain: [],
    codes: perFacet(() => []),
    books: perFacet((facet) => createCodeBook(facet === 'place')),
    free: [],
  };
}

export function perFacet<T>(make: (facet: FacetName) => T): Record<FacetName, T> {
  return Object.fromEntries(facetNames.map((facet) => [facet, make(facet)])) as Record<FacetName, T>;
}

/** Writes a product into its slot and returns the slot. */
export function putColumns(columns: Columns, product: ProductDocument): number {
  const slot = columns.slots.get(product.id) ?? columns.free.pop() ?? columns.ids.length;
  countUses(columns, slot, -1);
  columns.slots.set(product.id, slot);
  columns.ids[slot] = product.id;
  columns.priceFen[slot] = product.priceFen;
  columns.netGrams[slot] = product.netGrams;
  columns.sales[slot] = product.sales;
  columns.createdAt[slot] = product.createdAt;
  columns.inStock[slot] = product.inStock;
  columns.coldChain[slot] = product.coldChain;
  const named = namedCodes(product);
  for (const facet of facetNames) {
    columns.codes[facet][slot] = named[facet].map((code) => numberOf(columns.books[facet], code));
  }
  countUses(columns, slot, 1);
  return slot;
}

/** Frees the slot of a product and returns it; undefined when the product is not there. */
export function dropColumns(columns: Columns, id: number): number | undefined {
  const slot = columns.slots.get(id);
  if (slot === undefined) return undefined;
  countUses(columns, slot, -1);
  for (const facet of facetNames) columns.codes[facet][slot] = [];
  columns.slots.delete(id);
  columns.ids[slot] = 0;
  columns.free.push(slot);
  return slot;
}

function namedCodes(product: ProductDocument): Record<FacetName, NamedCode[]> {
  return {
    category: product.categoryCodes.map((code, at) => ({ code, name: product.categoryNames[at] ?? '' })),
    place: product.placeCodes.map((code, at) => ({
      code,
      name: product.placeNames[at] ?? '',
      within: product.placeNames[at - 1],
    })),
    supplier: [{ code: product.supplierCode, name: product.supplierName }],
    brand: product.brandCode === undefined ? [] : [{ code: product.brandCode, name: product.brandName ?? '' }],
    certification: product.certifications.map((code) => ({ code, name: '' })),
    zone: product.zones.map((code) => ({ code, name: '' })),
  };
}

function countUses(columns: Columns, slot: number, change: number): void {
  for (const facet of facetNames) {
    for (const number of columns.codes[facet][slot] ?? []) {
      const entry = columns.books[facet].entries[number];
      if (entry !== undefined) entry.uses += change;
    }
  }
}
