import { quantityOrNone } from '../../cart/cart-schemas.ts';
import type { Wish } from '../../cart/quote.ts';
import { BadInput, type Fault } from '../../shared/errors.ts';
import { MAX_ORDER_FEN, parseYuan } from '../../shared/money.ts';
import { faultsOf } from '../../web/forms.ts';
import { agreementForm } from './matching-schemas.ts';
import type { AgreementWish } from './propose-agreement.ts';

/** The posted proposal of an agreement: its head, and prices by their fields `price.<productId>`; an empty one names no price. */
export function readAgreement(body: Record<string, unknown>): AgreementWish {
  const faults: Fault[] = [];
  const prices = Object.entries(body).flatMap(([name, value]) => {
    const productId = Number(/^price\.(\d{1,9})$/.exec(name)?.[1] ?? 0);
    if (!productId || typeof value !== 'string' || value.trim() === '') return [];
    const unitPriceFen = parseYuan(value);
    if (!unitPriceFen || unitPriceFen > MAX_ORDER_FEN) {
      faults.push({ path: name, code: 'malformedAmount' });
      return [];
    }
    return [{ productId, unitPriceFen }];
  });
  const head = agreementForm.safeParse(body, { reportInput: true });
  if (!head.success) faults.push(...faultsOf(head.error));
  if (!head.success || faults.length > 0) throw new BadInput(faults);
  return { ...head.data, prices };
}

/** What is called off, by the query's fields `quantity.<productId>`; 0 and empty leave a product out. Throws BadInput by field. */
export function wishesIn(query: Record<string, unknown>): Wish[] {
  const faults: Fault[] = [];
  const wishes = Object.entries(query).flatMap(([name, value]): Wish[] => {
    const productId = Number(/^quantity\.(\d{1,9})$/.exec(name)?.[1] ?? 0);
    if (!productId || typeof value !== 'string' || value.trim() === '') return [];
    const quantity = quantityOrNone.safeParse(value);
    if (!quantity.success) faults.push({ path: name, code: 'notAQuantity' });
    return quantity.success && quantity.data > 0 ? [{ productId, quantity: quantity.data }] : [];
  });
  if (faults.length > 0) throw new BadInput(faults);
  return wishes;
}

/** The query that names these wishes again. */
export function queryOf(wishes: readonly Wish[]): Record<string, number> {
  return Object.fromEntries(wishes.map(({ productId, quantity }) => [`quantity.${productId}`, quantity]));
}
