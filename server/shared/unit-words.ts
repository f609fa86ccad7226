/** Measures, and words whose plural is the word itself. */
const UNCHANGED = new Set(['kg', 'g', 't', 'l', 'ml', 'jin', 'fish', 'dozen']);

/**
 * The word for so many units of sale as English writes it: “2 bags”, “1 bag”, “20 kg”. Chinese words stay, and so does whatever is more than
 * one word. The quantity may come as it is shown (“1,000”).
 */
export function unitWord(quantity: number | bigint | string, unit: string): string {
  if (Number(String(quantity).replaceAll(',', '')) === 1) return unit;
  if (!/^[a-z]{2,}$/i.test(unit) || UNCHANGED.has(unit.toLowerCase())) return unit;
  if (/(s|x|z|ch|sh)$/i.test(unit)) return `${unit}es`;
  if (/[^aeiou]y$/i.test(unit)) return `${unit.slice(0, -1)}ies`;
  return /lf$/i.test(unit) ? `${unit.slice(0, -1)}ves` : `${unit}s`;
}
