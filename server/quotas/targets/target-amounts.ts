import type { Measure } from '../../db/generated/enums.ts';

/** What a target may be told in: how many fen or grams one of it is. 1 斤 = 500 g. */
export const TARGET_UNITS = {
  yuan: { measure: 'fen', per: 100 },
  tenThousandYuan: { measure: 'fen', per: 1_000_000 },
  kilograms: { measure: 'grams', per: 1000 },
  jin: { measure: 'grams', per: 500 },
  tonnes: { measure: 'grams', per: 1_000_000 },
} as const satisfies Record<string, { measure: Measure; per: number }>;
export type TargetUnit = keyof typeof TARGET_UNITS;

export function isTargetUnit(text: string): text is TargetUnit {
  return Object.hasOwn(TARGET_UNITS, text);
}

/** The most that a target may be: ten billion yuan, or a million tonnes. */
export const MOST_TARGET = 1_000_000_000_000;

export type AmountFault = 'notATargetAmount' | 'negativeAmount' | 'amountTooFine' | 'amountTooLarge';

/** Reads an amount as typed ("1,234.5") in a unit into whole fen or grams, without floating point; or says what is wrong with it. */
export function readAmount(text: string, unit: TargetUnit): number | AmountFault {
  const match = /^([-+−]?)(\d{1,3}(?:,\d{3})+|\d{1,18})(?:\.(\d{1,9}))?$/.exec(text.trim());
  if (!match?.[2]) return 'notATargetAmount';
  const [sign, whole, decimals = ''] = [match[1], match[2].replaceAll(',', ''), match[3]];
  const scale = 10n ** BigInt(decimals.length);
  const exact = BigInt(`${whole}${decimals}`) * BigInt(TARGET_UNITS[unit].per);
  if (exact > 0n && (sign === '-' || sign === '−')) return 'negativeAmount';
  if (exact % scale !== 0n) return 'amountTooFine';
  const value = exact / scale;
  return value > BigInt(MOST_TARGET) ? 'amountTooLarge' : Number(value);
}

/** Fen or grams in a unit, as it would be typed: no separators, no needless zeros. */
export function writeAmount(value: number, unit: TargetUnit): string {
  const { per } = TARGET_UNITS[unit];
  const scaled = (BigInt(value) * 1_000_000n) / BigInt(per);
  const decimals = (scaled % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '');
  return `${scaled / 1_000_000n}${decimals ? `.${decimals}` : ''}`;
}
