import * as z from 'zod';
import { addDays, type Day, parseDay } from '../../shared/days.ts';
import { certification, code, count, fen, grams, reason, relativeDays, shortText, text } from './fact-parts.ts';

const month = z.int().min(1).max(12).nullable();

/** A sellable specification; its batches are those on hand at `today`, none out of season. */
export function specification(today: Day) {
  const { ago } = relativeDays(today);
  return z
    .strictObject({
      code,
      spec: shortText,
      specEn: shortText,
      netGrams: grams,
      saleUnit: text.max(16),
      saleUnitEn: text.max(16),
      priceFen: count,
      tiers: z.array(z.strictObject({ fromQuantity: count, priceFen: count })),
      minQuantity: count,
      orderMultiple: count,
      caseQuantity: count,
      saleMode: z.enum(['by_piece', 'by_weight']),
      toleranceBp: fen,
      coldChain: z.boolean(),
      shelfLifeDays: count.nullable(),
      seasonFrom: month,
      seasonTo: month,
      audience: z.enum(['retail', 'canteen', 'gift']),
      state: z.enum(['draft', 'on_sale']),
      /** every batch of it is sold */
      soldOut: z.boolean(),
      /** units of sale that a usual week sells, for plausible orders and stock */
      weeklySales: fen,
      batches: z.array(batch(today)).min(1),
      comingBatch: z.strictObject({ quantity: count }).optional(),
      priceHistory: z
        .array(
          z
            .strictObject({ daysAgo: ago, priceFen: count })
            .transform((p) => ({ since: p.daysAgo, priceFen: p.priceFen })),
        )
        .default([]),
      pendingPrice: z
        .strictObject({ priceFen: count, requestedDaysAgo: ago, reason })
        .transform(({ requestedDaysAgo, ...rest }) => ({ ...rest, requestedOn: requestedDaysAgo }))
        .optional(),
      certification: certification(today),
    })
    .transform(({ batches, comingBatch, pendingPrice, ...spec }) => ({
      ...spec,
      batches: batches
        .filter((lot) => !lot.onlyInSeason || inSeason(spec, today))
        .map(({ onlyInSeason: _, ...lot }) => ({
          ...lot,
          expiresOn: spec.shelfLifeDays === null ? null : addDays(lot.producedOn, spec.shelfLifeDays),
        })),
      comingBatch:
        comingBatch && spec.seasonFrom !== null
          ? { ...comingBatch, producedOn: nextSeason(spec.seasonFrom, today) }
          : null,
      pendingPrice: pendingPrice ?? null,
    }));
}

/** A lot was made so many days ago, or at the year's last harvest (`MM-DD`). */
function batch(today: Day) {
  const { ago } = relativeDays(today);
  const lot = {
    quantity: count,
    conformity: z.boolean(),
    inspection: z.boolean(),
    onlyInSeason: z.boolean().default(false),
    note: text.max(255).nullable().default(null),
  };
  const harvest = z.string().refine((monthDay) => parseDay(`2025-${monthDay}`) !== null, 'not a day of every year');
  return z.union([
    z
      .strictObject({ ...lot, producedDaysAgo: ago })
      .transform(({ producedDaysAgo, ...rest }) => ({ ...rest, producedOn: producedDaysAgo, harvest: null })),
    z
      .strictObject({ ...lot, harvest })
      .transform((value) => ({ ...value, producedOn: lastHarvest(value.harvest, today) })),
  ]);
}

/** The newest day with this month and day that is not after `today`. */
export function lastHarvest(monthDay: string, today: Day): Day {
  const year = Number(today.slice(0, 4));
  const thisYear = `${year}-${monthDay}`;
  return thisYear <= today ? thisYear : `${year - 1}-${monthDay}`;
}

/** Whether goods are offered in the day's month; a season may run over the new year. */
export function inSeason(spec: { seasonFrom: number | null; seasonTo: number | null }, onDay: Day): boolean {
  if (spec.seasonFrom === null || spec.seasonTo === null) return true;
  const now = Number(onDay.slice(5, 7));
  return spec.seasonFrom <= spec.seasonTo
    ? now >= spec.seasonFrom && now <= spec.seasonTo
    : now >= spec.seasonFrom || now <= spec.seasonTo;
}

/** The first day of the next season that has not begun yet. */
function nextSeason(fromMonth: number, today: Day): Day {
  const year = Number(today.slice(0, 4));
  const thisYear = `${year}-${String(fromMonth).padStart(2, '0')}-01`;
  return thisYear > today ? thisYear : `${year + 1}${thisYear.slice(4)}`;
}

export type DemoSpecification = z.infer<ReturnType<typeof specification>>;
export type DemoBatch = DemoSpecification['batches'][number];
