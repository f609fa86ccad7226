import { type Day, parseDay } from '../../shared/days.ts';
import { parseYuan } from '../../shared/money.ts';
import { GRAMS_PER_JIN, parseKilograms } from '../../shared/weight.ts';

export const WEIGHT_UNITS = ['kilograms', 'grams', 'jin'] as const;
export type WeightUnit = (typeof WEIGHT_UNITS)[number];

/** A day as people and platforms write it: 2026-05-06, 2026/5/6, 2026年5月6日, with or without a time. */
export function dayInCell(text: string): Day | null {
  const [, year, month = '', day = ''] = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?$/.exec(text) ?? [];
  return year ? parseDay(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`) : null;
}

/** An amount in yuan, with or without its sign, as fen. */
export function fenInCell(text: string): number | null {
  return parseYuan(text.replace(/^[¥￥]/, ''));
}

/** A weight in the column's unit as grams; null when it is no whole number of them. */
export function gramsInCell(text: string, unit: WeightUnit): number | null {
  if (unit === 'grams') return /^\d{1,10}$/.test(text) ? Number(text) : null;
  const thousandths = parseKilograms(text);
  if (thousandths === null || unit === 'kilograms') return thousandths;
  const grams = thousandths * GRAMS_PER_JIN;
  return grams % 1000 === 0 ? grams / 1000 : null;
}
