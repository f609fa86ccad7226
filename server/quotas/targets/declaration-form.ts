import type { DeclarationBasis } from '../../db/generated/enums.ts';
import { BadInput, type Fault } from '../../shared/errors.ts';
import { readAmount } from './target-amounts.ts';

export const DECLARATION_FIELDS = ['ingredients', 'contractor', 'employees'];
const MOST_EMPLOYEES = 1_000_000;

export interface DeclarationForm {
  basis: DeclarationBasis;
  ingredientsFen?: number;
  employees?: number;
  contractor?: string;
}

const textOf = (value: unknown) => (typeof value === 'string' ? value.trim() : '');

/** A declaration as its form says, spending in yuan. Throws BadInput with every fault by its field. */
export function readDeclaration(body: Record<string, unknown> = {}): DeclarationForm {
  const faults: Fault[] = [];
  if (body.basis === 'employees') {
    const text = textOf(body.employees);
    const employees = /^\d{1,7}$/.test(text) ? Number(text) : 0;
    if (text === '') faults.push({ path: 'employees', code: 'required' });
    else if (employees < 1 || employees > MOST_EMPLOYEES) faults.push({ path: 'employees', code: 'notAQuantity' });
    if (faults.length > 0) throw new BadInput(faults);
    return { basis: 'employees', employees };
  }
  const [text, contractor] = [textOf(body.ingredients), textOf(body.contractor)];
  const ingredientsFen = readAmount(text, 'yuan');
  if (text === '') faults.push({ path: 'ingredients', code: 'required' });
  else if (typeof ingredientsFen === 'string') faults.push({ path: 'ingredients', code: ingredientsFen });
  else if (ingredientsFen === 0) faults.push({ path: 'ingredients', code: 'notATargetAmount' });
  if (contractor.length > 128) faults.push({ path: 'contractor', code: 'tooLong', values: { maximum: 128 } });
  if (faults.length > 0 || typeof ingredientsFen === 'string') throw new BadInput(faults);
  return { basis: 'ingredients', ingredientsFen, contractor: contractor || undefined };
}
