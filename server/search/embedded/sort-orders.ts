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
  let least = Number.POSITIVE_INFINITY;
  for (const slot of all) least = Math.min(least, key(slot));
  const packed = Float64Array.from(all, (slot) => Math.min(widestKey, key(slot) - least) * slotsAtMost + slot).sort();
  return Uint32Array.from(packed, (value) => value % slotsAtMost);
}
