import { randomBytes } from 'node:crypto';
import type { Day } from '../shared/days.ts';

/** A new code for a batch's packages (rule 18): the day, the product, and a random end so that nobody guesses the next. */
export function newTraceCode(day: Day, productId: number): string {
  const random = randomBytes(3).toString('hex').toUpperCase();
  return `BF${day.replaceAll('-', '').slice(2)}${String(productId).padStart(4, '0')}Y${random}`;
}
