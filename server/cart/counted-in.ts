import type { BuyableProduct } from '../catalog/shelf-products.ts';
import type { Fault } from '../shared/errors.ts';
import words from './counting-words.json' with { type: 'json' };

/** A quantity as it was typed, in a product's units of sale. */
export interface Counted {
  /** null: it cannot be said how many */
  count: number | null;
  /** how many units of sale stand in each of what was typed, where that is not one */
  each: { typed: string; word: string; units: number } | null;
  fault: Fault | null;
}

const QUANTITY = /^[x×*]?(-?\d{1,9}(?:\.\d{1,6})?)\s*(\p{L}{0,4}|[A-Za-z]{5,8})$/u;
const WEIGHTS: ReadonlyMap<string, number> = new Map(Object.entries(words.weights));
const WORDS = new Set([...words.cases, ...words.others, ...WEIGHTS.keys()]);

/** A number with the word behind it, `''` for none; null: the text is neither. */
export function amountIn(text: string): { number: string; word: string } | null {
  const found = QUANTITY.exec(text.normalize('NFKC').trim());
  return found ? { number: found[1] ?? '', word: (found[2] ?? '').toLowerCase() } : null;
}

/** Whether a text is nothing but a word that quantities are counted in: bags, cases, kilograms. */
export function isCountingWord(text: string): boolean {
  return WORDS.has(text.toLowerCase());
}

/**
 * How many units of sale of a product a typed quantity is: a bare number and one of its own unit as they stand, cases by how many go
 * into one, a weight where the product is sold by weight. Another word is a fault, because twenty boxes are not twenty bags.
 */
export function countedIn(text: string, product: BuyableProduct | null): Counted {
  const amount = amountIn(text);
  if (text.trim() === '') return refused('quantityMissing');
  if (!amount) return refused('notAQuantity');
  const { number, word } = amount;
  if (word === '' || !product || isUnitOf(product, word)) return whole(number, 1);
  const grams = WEIGHTS.get(word);
  const unitGrams = WEIGHTS.get(product.saleUnit) ?? WEIGHTS.get(product.saleUnitEn.toLowerCase());
  if (grams && unitGrams && grams % unitGrams === 0) return byWeight(number, grams / unitGrams, { typed: text, word });
  if (words.cases.includes(word) && product.caseQuantity > 1)
    return whole(number, product.caseQuantity, { typed: text, word });
  return refused('otherUnit', { word });
}

type Typed = { typed: string; word: string };

function whole(number: string, units: number, said: Typed | null = null): Counted {
  if (!/^\d+$/.test(number) || Number(number) === 0) return refused('notAQuantity');
  return { count: Number(number) * units, each: said && { ...said, units }, fault: null };
}

/** Whole units of sale of so much weight, in thousandths of the unit that was typed. */
function byWeight(number: string, units: number, said: Typed): Counted {
  const [left = '', right = ''] = number.split('.');
  if (left.startsWith('-') || right.length > 3) return refused('notAQuantity');
  const count = ((Number(left) * 1000 + Number(right.padEnd(3, '0'))) * units) / 1000;
  if (!Number.isInteger(count) || count < 1) return refused('notAQuantity');
  return { count, each: units === 1 ? null : { ...said, units }, fault: null };
}

function isUnitOf({ saleUnit, saleUnitEn }: BuyableProduct, word: string): boolean {
  const english = saleUnitEn.toLowerCase();
  return [saleUnit.toLowerCase(), english, `${english}s`, `${english}es`].includes(word);
}

function refused(code: string, values: Fault['values'] = {}): Counted {
  return { count: null, each: null, fault: { path: 'quantity', code, values } };
}
