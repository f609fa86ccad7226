const LETTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** The check character of the first 17 of a unified social credit code (GB 32100-2015). */
export function creditCodeCheck(body: string): string {
  const sum = [...body].reduce((total, letter, at) => total + LETTERS.indexOf(letter) * (WEIGHTS[at] ?? 0), 0);
  return LETTERS[(31 - (sum % 31)) % 31] ?? '';
}

/** Whether a text is a unified social credit code, which is also the tax number of whoever has one: 18 characters, the last of which checks. */
export function isCreditCode(text: string): boolean {
  if (text.length !== 18 || [...text].some((letter) => !LETTERS.includes(letter))) return false;
  return creditCodeCheck(text.slice(0, 17)) === text[17];
}
