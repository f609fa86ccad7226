/** Text as it is compared (half-width, lower case), with the place of each of its UTF-16 units in the original. */
export type FoldedText = { text: string; starts: number[]; ends: number[] };

export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** Like `fold`, one character at a time, so that what matched in the folded text can be marked in the original. */
export function foldWithOffsets(original: string): FoldedText {
  let text = '';
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const character of original) {
    const folded = fold(character);
    for (let unit = 0; unit < folded.length; unit++) {
      starts.push(at);
      ends.push(at + character.length);
    }
    text += folded;
    at += character.length;
  }
  return { text, starts, ends };
}

const digits: Record<string, number> = {
  〇: 0,
  零: 0,
  一: 1,
  二: 2,
  两: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
};
const scales: Record<string, number> = { 十: 10, 百: 100, 千: 1_000, 万: 10_000 };

/** 三十 → 30, 一百二十 → 120, 一万 → 10000; undefined when it is no number below a hundred million. */
export function chineseNumber(text: string): number | undefined {
  let whole = 0;
  let below = 0;
  let digit: number | undefined;
  for (const character of text) {
    const scale = scales[character];
    if (scale === undefined) {
      const value = digits[character];
      if (value === undefined || (digit !== undefined && digit !== 0)) return undefined;
      digit = value;
    } else if (scale === 10_000) {
      whole = (whole + below + (digit ?? 0)) * scale;
      below = 0;
      digit = undefined;
    } else {
      if (digit === undefined && scale !== 10) return undefined;
      below += (digit ?? 1) * scale;
      digit = undefined;
    }
  }
  return text === '' ? undefined : whole + below + (digit ?? 0);
}
