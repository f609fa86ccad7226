const LETTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** A made-up unified social credit code (GB 32100) of Chongqing whose check character is right; "MADE" tells that it is nobody's. */
export function madeUpCreditCode(kind: string, number: number): string {
  const body = `${kind}500000MADE${String(number).padStart(5, '0')}`;
  const sum = [...body].reduce((total, letter, at) => total + LETTERS.indexOf(letter) * (WEIGHTS[at] ?? 0), 0);
  return body + LETTERS[(31 - (sum % 31)) % 31];
}
