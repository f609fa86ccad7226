/** A weight in grams, always an integer (rule 30). 1 斤 = 500 g. */
export type Grams = number;

export const GRAMS_PER_JIN = 500;
export const GRAMS_PER_KG = 1000;

function scaled(grams: Grams | bigint, per: number): string {
  const value = BigInt(grams);
  const magnitude = value < 0n ? -value : value;
  const unit = BigInt(per);
  const whole = (magnitude / unit).toString().replace(/\B(?=(\d{3})+$)/g, ',');
  const rest = (((magnitude % unit) * 1000n) / unit).toString().padStart(3, '0').replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${whole}${rest ? `.${rest}` : ''}`;
}

/** Grams as kilograms, as many of three decimals as are needed: 2500 → "2.5". */
export function formatKilograms(grams: Grams | bigint): string {
  return scaled(grams, GRAMS_PER_KG);
}

/** Grams as 斤: 5_000_000 → "10,000". */
export function formatJin(grams: Grams | bigint): string {
  return scaled(grams, GRAMS_PER_JIN);
}

/** Reads kilograms as typed ("12", "12.5", "1,234.567") into grams; null when it is not exactly a weight. */
export function parseKilograms(text: string): Grams | null {
  const match = /^(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(\d{1,3}))?$/.exec(text.trim());
  if (!match?.[1]) return null;
  return Number(match[1].replaceAll(',', '')) * GRAMS_PER_KG + Number((match[2] ?? '').padEnd(3, '0'));
}
