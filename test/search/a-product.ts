import type { ProductDocument } from '../../server/search/product-document.ts';

const countyNames: Record<string, string> = {
  xiushan: '秀山土家族苗族自治县',
  chengkou: '城口县',
  wulong: '武隆区',
};

let lastId = 0;

/** A document with everything that a test does not name filled in. */
export function aProduct(with_: Partial<ProductDocument> & { name: string }): ProductDocument {
  const id = with_.id ?? ++lastId;
  return {
    id,
    familyId: id,
    spec: '',
    aliases: [],
    categoryWords: [],
    categoryCodes: [],
    categoryNames: [],
    placeCodes: [],
    placeNames: [],
    supplierCode: 'plain-supplier',
    supplierName: '示范合作社',
    zones: [],
    certifications: [],
    priceFen: 3_000,
    netGrams: 500,
    inStock: true,
    coldChain: false,
    sales: 0,
    createdAt: Date.UTC(2024, 0, id),
    ...with_,
  };
}

/** Codes and names of a place and what it lies in. */
export function from(county: string, ...below: string[]): Pick<ProductDocument, 'placeCodes' | 'placeNames'> {
  const placeNames = [countyNames[county] ?? county, ...below];
  return { placeCodes: placeNames.map((_name, depth) => [county, ...below.slice(0, depth)].join('/')), placeNames };
}

/** Codes and names of a category and, after it, those above it; a code is the name. */
export function inCategory(...names: string[]): Pick<ProductDocument, 'categoryCodes' | 'categoryNames'> {
  const path = names.toReversed();
  return { categoryCodes: path, categoryNames: path };
}
