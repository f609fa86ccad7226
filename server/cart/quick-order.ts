import { createHash } from 'node:crypto';
import { type Actor, ownUnitId } from '../accounts/actor.ts';
import { type BuyableProduct, findBuyableProducts, leastQuantity, MAX_QUANTITY } from '../catalog/shelf-products.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import { findDiscounts } from '../promotions/threshold-discounts.ts';
import type { SearchEngine } from '../search/engine.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import { cartWishes } from './cart-lines.ts';
import { type Counted, countedIn } from './counted-in.ts';
import { type Match, matchProducts } from './quick-order-match.ts';
import type { TypedRow } from './quick-order-text.ts';
import { type Quote, type QuotedLine, quote, type Wish } from './quote.ts';

/** Adds to what the cart holds of a product, or puts in its place. Other products in the cart stay either way. */
export const PUT_MODES = ['add', 'replace'] as const;
export type PutMode = (typeof PUT_MODES)[number];

/** A row on its way to the cart: as typed, with what the buyer chose where it could mean several. */
export interface AskedRow extends TypedRow {
  chosenId: number | null;
}

export interface CheckedRow {
  asked: AskedRow;
  match: Match;
  /** chosen by the buyer, else found */
  product: BuyableProduct | null;
  count: number | null;
  /** how many units of sale stand in each of what was typed: of a case */
  each: Counted['each'];
  /** as the cart will hold it, the other rows of the product and what is there already included */
  quoted: QuotedLine | null;
  /** the first row of the list with the same product; null: this one */
  sameAs: number | null;
  inCart: number;
  /** what keeps the row from being put into the cart; none: it can be */
  faults: Fault[];
  /** the nearest quantity of this row that could be ordered; null: none, or it is right */
  rounded: number | null;
}

export interface CheckedList {
  rows: CheckedRow[];
  /** the cart as it would be */
  quoted: Quote;
  /** stands for what the cart holds now, to be found unchanged when the list is put in */
  seen: string;
}

interface Parts {
  db: PrismaClient;
  search: SearchEngine;
  clock: Clock;
}

/** Checks a list against shelf, prices and the cart; writes nothing. */
export async function checkQuickOrder(
  { db, search, clock }: Parts,
  actor: Actor,
  unitId: number | null,
  asked: readonly AskedRow[],
  mode: PutMode,
): Promise<CheckedList> {
  const today = dayOf(clock());
  const held = await cartWishes(db, actor, unitId);
  const matches = await matchProducts(
    { db, search },
    asked.map((row) => row.product),
    today,
  );
  const rowsWithIds = asked.map((row) => {
    const match = matches.get(row.product) ?? { product: null, candidates: [], kind: 'none' as const };
    return { row, match, productId: row.chosenId ?? match.product?.id ?? null };
  });
  const ids = [
    ...new Set([...held.map((wish) => wish.productId), ...rowsWithIds.flatMap(({ productId }) => productId ?? [])]),
  ];
  const [products, discounts] = await Promise.all([
    findBuyableProducts(fast(db), ids, today),
    findDiscounts(fast(db), ids, unitId ?? ownUnitId(actor), clock()),
  ]);
  const found = rowsWithIds.map(({ productId, row, match }) => {
    const product = products.get(productId ?? 0) ?? null;
    const counted = countedIn(row.quantity, product);
    return { row, match, productId, product, counted, count: counted.count };
  });
  const wishes = wishesAfter(
    held,
    found.flatMap(({ productId, count }) => (productId && count ? [{ productId, quantity: count }] : [])),
    mode,
  );
  const quoted = quote(wishes, products, discounts);
  const lines = new Map(quoted.parcels.flatMap((parcel) => parcel.lines).map((line) => [line.productId, line]));
  const rows = found.map(({ row, match, productId, product, counted, count }, index): CheckedRow => {
    const first = found.findIndex((other) => other.productId !== null && other.productId === productId);
    const line = lines.get(productId ?? 0) ?? null;
    return {
      asked: row,
      match,
      product,
      count,
      each: counted.each,
      quoted: line,
      sameAs: product && first >= 0 && first < index ? (asked[first]?.line ?? null) : null,
      inCart: held.find((wish) => wish.productId === productId)?.quantity ?? 0,
      faults: faultsOfRow({ match, product, counted, row }, quoted, wishes),
      rounded: product && count && line ? roundedRow(product, count, line.quantity) : null,
    };
  });
  return { rows, quoted, seen: seenOf(held) };
}

/** The cart's wishes once the list is in it. */
export function wishesAfter(held: readonly Wish[], listed: readonly Wish[], mode: PutMode): Wish[] {
  const after = new Map(held.map((wish) => [wish.productId, { ...wish }]));
  const begun = new Set<number>();
  for (const { productId, quantity, note } of listed) {
    const before = after.get(productId);
    const starts = mode === 'replace' && !begun.has(productId);
    begun.add(productId);
    after.set(productId, {
      productId,
      quantity: Math.min(MAX_QUANTITY, (starts ? 0 : (before?.quantity ?? 0)) + quantity),
      note: note || before?.note || null,
    });
  }
  return [...after.values()];
}

/** A short text that changes with the products and quantities of a cart. */
export function seenOf(held: readonly Wish[]): string {
  const text = held.map(({ productId, quantity }) => `${productId}x${quantity}`).sort();
  return createHash('sha256').update(text.join()).digest('base64url').slice(0, 22);
}

/** The nearest quantity that could be ordered: up to the minimum and whole multiples, down to what is on the shelf; null: none. */
export function roundedQuantity(product: BuyableProduct, quantity: number): number | null {
  const { orderMultiple, available } = product;
  const least = leastQuantity(product);
  const up = Math.max(least, Math.ceil(quantity / orderMultiple) * orderMultiple);
  const most = Math.floor(available / orderMultiple) * orderMultiple;
  const best = Math.min(up, most, Math.floor(MAX_QUANTITY / orderMultiple) * orderMultiple);
  return best >= least ? best : null;
}

function roundedRow(product: BuyableProduct, count: number, whole: number): number | null {
  const wanted = roundedQuantity(product, whole);
  if (wanted === null || wanted === whole) return null;
  const rounded = count + wanted - whole;
  return rounded > 0 ? rounded : null;
}

function faultsOfRow(
  { match, product, counted, row }: { match: Match; product: BuyableProduct | null; counted: Counted; row: AskedRow },
  quoted: Quote,
  wishes: readonly Wish[],
): Fault[] {
  const faults: Fault[] = [];
  if (!product) {
    const code = { found: 'productUnknown', several: 'productAmbiguous', near: 'productNear', none: 'productUnknown' }[
      match.kind
    ];
    faults.push({ path: 'product', code });
  }
  if (counted.fault) faults.push(counted.fault);
  if (product && counted.count !== null) {
    const at = wishes.findIndex((wish) => wish.productId === product.id);
    faults.push(...quoted.faults.filter(({ path }) => path.startsWith(`lines.${at}.`)));
  }
  if ([...row.note].length > 255) faults.push({ path: 'note', code: 'tooLong', values: { maximum: 255 } });
  return faults;
}
