import type { Settings } from '../../clients/meilisearch.ts';
import { looseAttributes, strictAttributes } from './indexed-product.ts';

const MOST_VALUES_OF_A_FACET = 100;
/** Above the size that the market is made for, so that totals and deep pages are true. */
const MOST_HITS = 10_000_000;

/** How an index is set up before anything is put in. Words come cut, so the server's own cutting, typos and synonyms have little to do. */
export const indexSettings: Settings = {
  searchableAttributes: [...strictAttributes, ...looseAttributes],
  filterableAttributes: [
    'id',
    'categoryCodes',
    'kindCode',
    'placeCodes',
    'supplierCode',
    'brandCode',
    'zones',
    'certifications',
    'priceBand',
    'priceFen',
    'netGrams',
    'inStock',
    'coldChain',
    'title',
    'categoryEntries',
    'placeEntries',
    'supplierEntry',
  ],
  sortableAttributes: ['priceFen', 'sales', 'createdAt', 'inStock'],
  displayedAttributes: ['id', 'title', 'words', 'kindCode', 'print'],
  rankingRules: ['sort', 'words', 'typo', 'attributeRank', 'proximity', 'exactness', 'inStock:desc', 'sales:desc'],
  stopWords: [],
  synonyms: {},
  typoTolerance: {
    enabled: true,
    minWordSizeForTypos: { oneTypo: 5, twoTypos: 10 },
    disableOnAttributes: [...strictAttributes],
  },
  faceting: { maxValuesPerFacet: MOST_VALUES_OF_A_FACET, sortFacetValuesBy: { '*': 'count' } },
  pagination: { maxTotalHits: MOST_HITS },
};
