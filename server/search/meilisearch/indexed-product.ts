import { createHash } from 'node:crypto';
import { priceRanges } from '../engine.ts';
import { fold } from '../normalize-text.ts';
import { type Spelling, spell } from '../pinyin.ts';
import { placeNameForms } from '../place-names.ts';
import type { ProductDocument } from '../product-document.ts';
import { wordsLookedForAs } from '../synonyms.ts';
import { tokensOf } from '../tokenize-chinese.ts';
import { weightPhrases } from '../weight-phrases.ts';
import { characterGrams, gramsToken, soundTokens, spokenWords, wordToken } from './tokens.ts';

/**
 * What is searched, the most telling first: the server ranks by where a word was found. All but `spoken` bear no typos; in `spoken` a
 * word is looked for only when it was found nowhere else.
 */
export const strictAttributes = [
  'name',
  'alias',
  'category',
  'same',
  'spec',
  'place',
  'brand',
  'grams',
  'kind',
  'sound',
  'aliasSound',
  'kindSound',
  'placeSound',
  'supplier',
  'detail',
] as const;
export const looseAttributes = ['spoken'] as const;

/** A product as the server keeps it: words and sounds cut here, filters and facets by code. */
export type IndexedProduct = Record<(typeof strictAttributes)[number] | (typeof looseAttributes)[number], string> & {
  id: number;
  /** as it is written, for highlights and suggestions */
  title: string;
  /** the words of name, aliases and category, for what a mistyped one may have meant */
  words: string[];
  categoryCodes: string[];
  kindCode: string;
  placeCodes: string[];
  supplierCode: string[];
  brandCode: string[];
  zones: string[];
  certifications: string[];
  priceBand: number;
  /** code, name and what it lies in, parted by tabs: what is suggested while typing */
  categoryEntries: string[];
  placeEntries: string[];
  supplierEntry: string;
  priceFen: number;
  netGrams: number;
  inStock: boolean;
  coldChain: boolean;
  sales: number;
  createdAt: number;
  /** of everything else, so that what is there already need not be put again: most changes are of a stock that stays above nothing */
  print: string;
};

const LONGEST_GRAM = 4;
const SUPPLIER_GRAM = 4;
const DESCRIBED_CHARACTERS = 200;

export function indexedProduct(product: ProductDocument): IndexedProduct {
  const fields = fieldsOf(product);
  return { ...fields, print: createHash('sha1').update(JSON.stringify(fields)).digest('base64') };
}

function fieldsOf(product: ProductDocument): Omit<IndexedProduct, 'print'> {
  const { name, aliases, categoryWords, categoryNames, placeNames, brandName, supplierName, spec } = product;
  const places = placeNames.flatMap(placeNameForms);
  const brand = brandName === undefined ? [] : [brandName];
  const own = [name, ...aliases];
  const words = [...new Set([...own, ...categoryNames, ...categoryWords].flatMap((text) => tokensOf(text).words))];
  const sounding = {
    name: spell([name]),
    alias: spell(aliases),
    kind: spell([...categoryNames, ...categoryWords]),
    place: spell([...places.map(fold), ...brand]),
  };
  return {
    id: product.id,
    title: name,
    words,
    name: tokens([name, ...tokensOf(name).words]),
    alias: tokens([...aliases, ...aliases.flatMap((alias) => tokensOf(alias).words)]),
    category: tokens(categoryNames.toReversed()),
    same: tokens(wordsLookedForAs([...words, ...own, ...categoryNames].map(fold))),
    spec: `${tokens([...tokensOf(spec).words, ...tokensOf(spec).parts, ...(spec.match(/\p{Script=Han}/gu) ?? [])])} ${packTokens(product)}`,
    place: tokens(places.flatMap((place) => [place, ...tokensOf(place).words])),
    brand: tokens(brand.flatMap((text) => [text, ...grams(text, LONGEST_GRAM)])),
    grams: tokens(own.flatMap((text) => [...tokensOf(text).parts, ...grams(text, LONGEST_GRAM)])),
    kind: tokens(categoryWords.flatMap((text) => [text, ...tokensOf(text).words, ...grams(text, LONGEST_GRAM)])),
    sound: apart(soundTokens(sounding.name)),
    aliasSound: apart(soundTokens(sounding.alias)),
    kindSound: apart(soundTokens(sounding.kind)),
    placeSound: apart(soundTokens(sounding.place)),
    supplier: tokens(grams(supplierName, SUPPLIER_GRAM).filter((gram) => gram.length > 1)),
    detail: tokens(tokensOf(product.description?.slice(0, DESCRIBED_CHARACTERS) ?? '').words),
    spoken: spokenTokens(Object.values(sounding)),
    categoryCodes: product.categoryCodes,
    kindCode: product.categoryCodes.at(-1) ?? '',
    placeCodes: product.placeCodes,
    supplierCode: [product.supplierCode],
    brandCode: product.brandCode === undefined ? [] : [product.brandCode],
    zones: product.zones,
    certifications: product.certifications,
    priceBand: priceRanges.findIndex(({ belowFen }) => belowFen === null || product.priceFen < belowFen),
    categoryEntries: product.categoryCodes.map((code, at) => `${code}\t${categoryNames[at] ?? ''}`),
    placeEntries: product.placeCodes.map((code, at) => `${code}\t${placeNames[at] ?? ''}\t${placeNames[at - 1] ?? ''}`),
    supplierEntry: `${product.supplierCode}\t${supplierName}`,
    priceFen: product.priceFen,
    netGrams: product.netGrams,
    inStock: product.inStock,
    coldChain: product.coldChain,
    sales: product.sales,
    createdAt: product.createdAt,
  };
}

function tokens(words: readonly string[]): string {
  return [...new Set(words.filter(Boolean).map(wordToken))].join(' ');
}

/** Far from each other: the server would find xiangu where xian stands beside gu. */
function apart(sounds: readonly string[]): string {
  return sounds.join('. ');
}

function grams(text: string, most: number): string[] {
  return (fold(text).match(/\p{Script=Han}+/gu) ?? []).flatMap((run) => characterGrams(run, most));
}

/** The weights that a pack is called by: its net weight, and what name and specification say. */
function packTokens({ name, spec, netGrams }: ProductDocument): string {
  const said = weightPhrases(fold(`${name} ${spec}`)).map((weight) => weight.grams);
  return [...new Set([netGrams, ...said])].map(gramsToken).join(' ');
}

function spokenTokens(spellings: readonly Spelling[]): string {
  return apart([...new Set(spellings.flatMap(spokenWords))]);
}
