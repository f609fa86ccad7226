import { shareOf } from '../shared/money.ts';
import type { Part } from './line-parts.ts';

/** What a line settled by weight (称重结算) says of itself; a line without a price of a kilogram is settled by quantity. */
export interface WeighedLine {
  netGrams: number;
  pricePerKgFen: number | null;
  toleranceBp: number;
}

interface OrderTerms {
  paymentWay: string;
  fundingSource: string;
}

/** The least and the most that so many units of sale may weigh, in grams, by the tolerance that was agreed (rule 25). */
export function weightRange({ netGrams, toleranceBp }: WeighedLine, quantity: number): { least: number; most: number } {
  const nominal = netGrams * quantity;
  return {
    least: Math.ceil((nominal * (10_000 - toleranceBp)) / 10_000),
    most: Math.floor((nominal * (10_000 + toleranceBp)) / 10_000),
  };
}

/**
 * Whether goods that turn out heavier, within the tolerance, are owed for. A canteen on account pays what its scales show; who paid
 * ahead, or spends union funds that are capped, pays no more than was agreed and the supplier bears the difference (rules 10, 25).
 */
export function owesHeavier({ paymentWay, fundingSource }: OrderTerms): boolean {
  return paymentWay === 'on_account' && fundingSource === 'canteen_budget';
}

/**
 * What is owed and counted of accepted goods that weigh so many grams: the same share of the fen as of the grams that were ordered,
 * rounded half up to a fen, which is the price of a kilogram times what was weighed, less the discount's share.
 */
export function settledByWeight(ordered: Part, weighedGrams: number, isHeavierOwed: boolean): Part {
  if (ordered.quantity === 0 || ordered.grams === 0) return { quantity: ordered.quantity, fen: 0, grams: 0 };
  const grams = isHeavierOwed ? weighedGrams : Math.min(weighedGrams, ordered.grams);
  return { quantity: ordered.quantity, fen: shareOf(ordered.fen, grams, ordered.grams), grams };
}
