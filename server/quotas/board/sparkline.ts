import { addMonths, type Day, monthOf } from '../../shared/days.ts';
import type { Calendar } from './progress.ts';

/** A month's bar reaches this far into the next. */
const BAR = 0.72;
const FEWEST = 0.04;

/**
 * What was counted in each month from a programme's start to a day, as bars in a box of `months` by 1, scaled to the best month. Small
 * enough for a row of a table and no figure to count with. Undefined where nothing was counted.
 */
export function sparkline(
  { startsOn }: Pick<Calendar, 'startsOn'>,
  at: Day,
  sums: readonly { month?: Day; countedFen: number }[],
) {
  const counted = new Map<Day, number>();
  for (const { month = '', countedFen } of sums) counted.set(month, (counted.get(month) ?? 0) + countedFen);
  const months: Day[] = [];
  for (let month = monthOf(startsOn); month <= at; month = addMonths(month, 1)) months.push(month);
  const most = Math.max(0, ...months.map((month) => counted.get(month) ?? 0));
  if (most <= 0) return undefined;
  const bars = months.map((month, index) => {
    const height = Math.max(FEWEST, Math.max(0, counted.get(month) ?? 0) / most);
    return `M${index} 1v${(-height).toFixed(2)}h${BAR}V1z`;
  });
  return { months: months.length, bars: bars.join('') };
}
