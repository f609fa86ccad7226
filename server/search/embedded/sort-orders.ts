import type { ProductSort } from '../engine.ts';
import type { Columns } from './columns.ts';

/** The slots of all products in each order, sorted when first asked for after a change. */
export type SortOrders = Map<ProductSort, Uint32Array>;

const slotsAtMost = 2 ** 24;
const widestKey = 2 ** 29 - 1;
const soldOutLast = 2 ** 28;

/** `relevance` without words: what is in stock and sells comes first. Ties keep one order, so that pages do not overlap. */
export function sortOrder(orders: SortOrders, columns: Columns, sort: ProductSort): Uint32Array {
  const known = orders.get(sort);
  if (known !== undefined) return known;
  const order = sortedBy(columns.slots.values(), keyOf(columns, sort));
  orders.set(sort, order);
  return order;
}

function keyOf({ priceFen, sales, createdAt, inStock }: Columns, sort: ProductSort): (slot: number) => number {
  switch (sort) {
    case 'relevance':
      return (slot) => (inStock[slot] ? 0 : soldOutLast) - Math.min(sales[slot] ?? 0, soldOutLast - 1);
    case 'price':
      return (slot) => priceFen[slot] ?? 0;
    case '-price':
      return (slot) => -(priceFen[slot] ?? 0);
    case '-sales':
      return (slot) => -(sales[slot] ?? 0);
    case '-newest':
      return (slot) => -Math.floor((createdAt[slot] ?? 0) / 1_000);
  }
}

/** Slots by ascending key. Key and slot go into one number, because numbers sort ten times faster than by a comparing function. */
export function sortedBy(slots: Iterable<number>, key: (slot: number) => number): Uint32Array {
  const all = Uint32Array.from(slots);
  const keys = new Float64Array(all.length);
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at < all.length; at++) {
    const own = key(all[at] ?? 0);
    keys[at] = own;
    if (own < least) least = own;
  }
  for (let at = 0; at < all.length; at++)
    keys[at] = Math.min(widestKey, (keys[at] ?? 0) - least) * slotsAtMost + (all[at] ?? 0);
  keys.sort();
  for (let at = 0; at < all.length; at++) all[at] = (keys[at] ?? 0) % slotsAtMost;
  return all;
}
