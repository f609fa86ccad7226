import { creditCodeCheck } from '../../shared/credit-code.ts';

/** A made-up unified social credit code (GB 32100) of Chongqing whose check character is right; "MADE" tells that it is nobody's. */
export function madeUpCreditCode(kind: string, number: number): string {
  const body = `${kind}500000MADE${String(number).padStart(5, '0')}`;
  return body + creditCodeCheck(body);
}
