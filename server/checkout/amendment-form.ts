import { z } from 'zod';
import { addressInput } from '../accounts/account-schemas.ts';
import { productOfFault } from '../cart/cart-presenter.ts';
import { quantityOrNone } from '../cart/cart-schemas.ts';
import type { Wish } from '../cart/quote.ts';
import type { WholeOrder } from '../orders/order-queries.ts';
import { BadInput, type Fault } from '../shared/errors.ts';
import { read } from '../web/forms.ts';
import type { Amendment } from './amend-order.ts';

const MOST_NOTE = 255;

const addressForm = z.object({
  recipient: addressInput.shape.recipient,
  phone: addressInput.shape.phone,
  region: z.string().trim().min(1, 'required').max(128),
  address: z.string().trim().min(1, 'required').max(255),
  note: z.string().trim().max(500).default(''),
});

export const ADDRESS_FIELDS = ['recipient', 'phone', 'region', 'address', 'note'];
export const quantityField = (productId: number) => `quantity.${productId}`;
export const noteField = (productId: number) => `note.${productId}`;

/** The form of a returned order, quantities by product, 0 leaves the goods out; every fault by its field. */
export function readAmendment(order: WholeOrder, body: Record<string, unknown>): Amendment {
  const faults: Fault[] = [];
  const lines = order.lines.flatMap(({ productId }): Wish[] => {
    const quantity = quantityOrNone.safeParse(String(body[quantityField(productId)] ?? ''));
    if (!quantity.success) faults.push({ path: quantityField(productId), code: 'notAQuantity' });
    const note = String(body[noteField(productId)] ?? '').trim();
    if (note.length > MOST_NOTE)
      faults.push({ path: noteField(productId), code: 'tooLong', values: { maximum: MOST_NOTE } });
    return quantity.success && quantity.data > 0 ? [{ productId, quantity: quantity.data, note: note || null }] : [];
  });
  const typed = addressForm.safeParse(body);
  if (!typed.success || faults.length > 0) {
    if (!typed.success) collect(faults, body);
    throw new BadInput(faults);
  }
  return { ...typed.data, note: typed.data.note || null, lines };
}

/** The faults of the address as every form tells them. */
function collect(faults: Fault[], body: unknown): void {
  try {
    read(addressForm, body);
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    faults.push(...error.faults);
  }
}

/** Of what submitOrder refuses, the field that shows it. */
export function fieldsOf(faults: readonly Fault[], lines: readonly Wish[]): Fault[] {
  return faults.map((fault) => {
    const productId = productOfFault(fault, lines);
    return productId === undefined ? fault : { ...fault, path: quantityField(productId) };
  });
}
