import { chineseNumber } from './normalize-text.ts';

/** “5公斤”, “10斤”, “半斤”, “1万斤”, “2.5kg” in folded text. */
export type WeightPhrase = { start: number; end: number; grams: number };

const unitGrams: Record<string, number> = {
  吨: 1_000_000,
  公斤: 1_000,
  千克: 1_000,
  kg: 1_000,
  斤: 500,
  市斤: 500,
  两: 50,
  克: 1,
  g: 1,
};

// A bare 千 or 百 is left to words such as 千斤拔.
const phrase =
  /(?<whole>[0-9]{1,9})(?:\.(?<fraction>[0-9]{1,3}))?\s*(?<ten>万|千)?(?<unit>吨|公斤|千克|kg(?![a-z])|市斤|斤|两|克|g(?![a-z]))|(?<chinese>半|[一二两三四五六七八九十][一二三四五六七八九十百千万零〇]*)(?<chineseUnit>吨|公斤|千克|市斤|斤|两|克)/g;

/** The weights that a text names, in grams (1 斤 = 500 g), with where they stand. Expects folded text. */
export function weightPhrases(folded: string): WeightPhrase[] {
  const found: WeightPhrase[] = [];
  for (const match of folded.matchAll(phrase)) {
    const grams = gramsOf(match.groups ?? {});
    if (grams > 0) found.push({ start: match.index, end: match.index + match[0].length, grams });
  }
  return found;
}

function gramsOf(groups: Record<string, string | undefined>): number {
  if (groups.chinese !== undefined) {
    const unit = unitGrams[groups.chineseUnit ?? ''] ?? 0;
    return groups.chinese === '半' ? unit / 2 : (chineseNumber(groups.chinese) ?? 0) * unit;
  }
  const scale = (groups.ten === '万' ? 10_000 : groups.ten === '千' ? 1_000 : 1) * (unitGrams[groups.unit ?? ''] ?? 0);
  const fraction = groups.fraction ?? '';
  const thousandths = Number(groups.whole) * 1_000 + Number(fraction.padEnd(3, '0'));
  return Math.trunc((thousandths * scale) / 1_000);
}

/** How a weight stands in an index: no text that people type looks like it. */
export function weightToken(grams: number): string {
  return `#${grams}g`;
}
