import type { FundingSource } from '../../db/generated/enums.ts';
import type { Day } from '../../shared/days.ts';
import { groupBy } from '../../shared/group-by.ts';
import type { Caps, Holder } from './caps.ts';
import { type Good, isOffered, priceOn } from './goods.ts';
import type { Lots } from './lots.ts';
import type { Random } from './random.ts';
import { isGiftSeason } from './seasons.ts';

export interface Wish {
  good: Good;
  quantity: number;
}

export interface Basket {
  funding: FundingSource;
  holder: Holder;
  /** about what it should come to, fen */
  sizeFen: number;
  /** whose goods count; null: any */
  county: string | null;
  /** the only category, by code */
  category: string | null;
  /** categories that it leaves to others */
  except: readonly string[];
}

/** Fills baskets from what stands on the shelf on a day. */
export interface Composer {
  compose(random: Random, day: Day, basket: Basket): Wish[];
}

/** How often a basket holds something of another county, which counts nowhere. */
const ELSEWHERE: Record<FundingSource, number> = { canteen_budget: 0.05, union_funds: 0.06, individual: 0.12 };
/** Shelf goods that canteens buy too, beside what is packed for them. */
const CANTEEN_RETAIL = new Set(['rice', 'livestock', 'chicken', 'eggs', 'bean-products', 'bamboo-shoots', 'shiitake']);

export function newComposer(
  goods: readonly Good[],
  pathOf: (category: string) => string,
  lots: Lots,
  caps: Caps,
): Composer {
  const shelves = new Map<Day, Good[]>();
  const shelfOf = (day: Day) => {
    const shelf = shelves.get(day) ?? goods.filter((good) => isOffered(good, day));
    shelves.set(day, shelf);
    return shelf;
  };
  return {
    compose(random, day, basket) {
      const path = basket.category === null ? null : pathOf(basket.category);
      const except = basket.except.map(pathOf);
      const elsewhere = path === null && random.chance(ELSEWHERE[basket.funding]);
      const pool = shelfOf(day).filter(
        (good) =>
          (path === null || good.categoryPath.startsWith(path)) &&
          !except.some((other) => good.categoryPath.startsWith(other)) &&
          (basket.county === null || (good.county === basket.county) !== elsewhere) &&
          appeal(good, day, basket, path !== null) > 0,
      );
      if (pool.length === 0) return [];
      return fill(random, day, basket, pool, { lots, caps, narrow: path !== null });
    },
  };
}

interface Means {
  lots: Lots;
  caps: Caps;
  narrow: boolean;
}

function fill(random: Random, day: Day, basket: Basket, pool: Good[], means: Means): Wish[] {
  const most = basket.funding === 'individual' ? random.int(1, 5) : random.int(2, means.narrow ? 3 : 7);
  const wishes: Wish[] = [];
  let left = basket.sizeFen;
  for (let tries = 0; tries < most * 3 && wishes.length < most && left > basket.sizeFen * 0.12; tries += 1) {
    const here = wishes.map((wish) => wish.good.supplierId);
    // Freight and minimums make people buy from one supplier what they can.
    const near = here.length > 0 && random.chance(0.7) ? pool.filter((good) => here.includes(good.supplierId)) : pool;
    const choice = near.filter((good) => !wishes.some((wish) => wish.good === good));
    if (choice.length === 0) continue;
    const good = random.weighted(choice, (candidate) => appeal(candidate, day, basket, means.narrow));
    const share = wishes.length === most - 1 ? left : left * random.between(0.25, 0.65);
    const quantity = allowed(good, day, basket, quantityFor(good, day, share), means);
    if (quantity === 0) continue;
    const price = priceOn(good, day, quantity) * quantity;
    if (price > left * 1.35 && wishes.length > 0) continue;
    wishes.push({ good, quantity });
    left -= price;
  }
  return toppedUp(wishes, day, basket, means);
}

/** How much a good is sought for such a basket; 0: not at all. */
function appeal({ spec, family }: Good, day: Day, basket: Basket, narrow: boolean): number {
  const least = spec.minQuantity * spec.priceFen;
  if (least > basket.sizeFen * 1.3) return 0;
  const sought = spec.weeklySales * spec.priceFen;
  const festive = isGiftSeason(day);
  if (basket.funding === 'canteen_budget') {
    if (spec.audience === 'canteen') return sought;
    if (family.category === 'lacquerware' || spec.audience === 'gift') return 0;
    return narrow || CANTEEN_RETAIL.has(family.category) ? sought * 0.35 : 0;
  }
  if (spec.audience === 'canteen') return narrow && basket.funding === 'union_funds' ? sought * 0.5 : 0;
  if (basket.funding === 'union_funds') {
    if (spec.coldChain && !narrow) return 0;
    return spec.audience === 'gift' ? sought * (festive ? 8 : 3) : sought;
  }
  const dear = spec.priceFen > basket.sizeFen * 0.6 ? 0.35 : 1;
  return spec.weeklySales * dear * (spec.audience === 'gift' ? (festive ? 2.5 : 0.8) : 1);
}

function quantityFor({ spec }: Good, day: Day, fen: number): number {
  const guess = Math.round(fen / spec.priceFen);
  const price = spec.tiers.findLast((tier) => tier.fromQuantity <= guess)?.priceFen ?? spec.priceFen;
  const exact = fen / price;
  // A little chance by the day, so that not every order of a unit reads alike.
  const whole = Math.max(1, Math.round(exact + (Number(day.slice(8)) % 3 === 0 ? 0.4 : 0)));
  return rounded(whole, spec.minQuantity, spec.orderMultiple);
}

function rounded(quantity: number, least: number, multiple: number): number {
  return Math.max(Math.ceil(least / multiple), Math.round(quantity / multiple)) * multiple;
}

/** The quantity that stock and caps leave, in whole multiples; 0 when that is below the minimum. */
function allowed(good: Good, day: Day, { holder }: Basket, quantity: number, { lots, caps }: Means): number {
  const most = Math.min(lots.left(good, day), caps.left(good, holder, day));
  if (quantity <= most) return quantity;
  const { minQuantity, orderMultiple } = good.spec;
  const less = Math.floor(most / orderMultiple) * orderMultiple;
  return less >= minQuantity ? less : 0;
}

/** Raises what is too small to be ordered from its supplier, and units' parcels to free freight; drops what cannot be raised. */
function toppedUp(wishes: Wish[], day: Day, basket: Basket, means: Means): Wish[] {
  return [...groupBy(wishes, (wish) => wish.good.supplierId).values()].flatMap((parcel) => {
    const [first] = parcel;
    if (!first) return [];
    const { minOrderFen, freeFreightFromFen } = first.good.supplier;
    const least = basket.funding === 'individual' ? minOrderFen : Math.max(minOrderFen, freeFreightFromFen ?? 0);
    const total = () => parcel.reduce((sum, { good, quantity }) => sum + priceOn(good, day, quantity) * quantity, 0);
    if (total() < least) {
      const raise = parcel.reduce((a, b) => (a.good.spec.priceFen <= b.good.spec.priceFen ? a : b));
      for (let step = 0; step < 400 && total() < least; step += 1) {
        const more = raise.quantity + raise.good.spec.orderMultiple;
        if (allowed(raise.good, day, basket, more, means) !== more) return [];
        raise.quantity = more;
      }
    }
    return total() >= least ? parcel : [];
  });
}
