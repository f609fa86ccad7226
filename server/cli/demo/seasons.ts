import type { FundingSource } from '../../db/generated/enums.ts';
import { addDays, type Day, dayToColumn } from '../../shared/days.ts';

// Before Spring Festival, around Dragon Boat and Mid-Autumn people buy more, in the summer less.
const MONTHS = [1.45, 0.9, 0.85, 0.9, 1, 1.15, 0.85, 0.85, 1.4, 0.95, 1.05, 1.3];
/** Sunday first. Canteens and unions order on working days. */
const WEEKDAYS: Record<FundingSource, number[]> = {
  canteen_budget: [0, 1.3, 1.1, 1, 1.1, 0.9, 0],
  union_funds: [0, 1, 1.1, 1.1, 1.1, 0.9, 0],
  individual: [1.15, 0.9, 0.9, 0.95, 1, 1.1, 1.2],
};
/** How strongly the months show. */
const SWING: Record<FundingSource, number> = { canteen_budget: 0.6, union_funds: 2.2, individual: 1.2 };

/** How much is bought on a day, in proportion to others. */
export function weightOf(day: Day, funding: FundingSource): number {
  const month = MONTHS[Number(day.slice(5, 7)) - 1] ?? 1;
  return month ** SWING[funding] * (WEEKDAYS[funding][dayToColumn(day).getUTCDay()] ?? 1);
}

/** The weight of the days from one to another, both included. */
export function weightBetween(from: Day, to: Day, funding: FundingSource): number {
  let sum = 0;
  for (let day = from; day <= to; day = addDays(day, 1)) sum += weightOf(day, funding);
  return sum;
}

/** Whether gifts are sought: from mid-December to mid-February, and in September. */
export function isGiftSeason(day: Day): boolean {
  const monthDay = day.slice(5);
  return monthDay >= '12-15' || monthDay <= '02-15' || (monthDay >= '08-25' && monthDay <= '10-03');
}
