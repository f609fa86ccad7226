import { z } from 'zod';
import { BadInput, type Fault } from '../shared/errors.ts';
import { faultsOf, read } from '../web/forms.ts';
import { quantityOrNone } from './cart-schemas.ts';
import { PUT_MODES } from './quick-order.ts';
import type { Wish } from './quote.ts';

export const listName = z.string().trim().min(1, 'required').max(64);
export const nameForm = z.object({ name: listName });
export const newListForm = z.object({ name: listName, from: z.enum(['empty', 'cart']).default('empty') });

const tableForm = z.object({
  version: z.coerce.number().int().min(0).catch(0),
  act: z.string().max(20).default('save'),
  mode: z.enum(PUT_MODES).default('replace'),
});
const lineForm = z.object({ quantity: quantityOrNone, note: z.string().trim().max(255).default('') });

/** A list's table as its page sends it; products that are ticked in `chosen`. Throws BadInput with the faults of all lines by field. */
export function readTable(body: Record<string, unknown>) {
  const form = read(tableForm, body);
  const faults: Fault[] = [];
  const lines: Wish[] = [];
  for (const productId of productsIn(body, 'quantity')) {
    const line = lineForm.safeParse(
      { quantity: body[`quantity.${productId}`], note: body[`note.${productId}`] },
      { reportInput: true },
    );
    if (line.success) lines.push({ productId, ...line.data });
    else faults.push(...faultsOf(line.error).map((fault) => ({ ...fault, path: `${fault.path}.${productId}` })));
  }
  if (faults.length > 0) throw new BadInput(faults);
  return { ...form, lines, chosen: new Set(productsIn(body, 'take')) };
}

/** Which canteen standing orders made from the list go to; empty: none in particular. */
export const canteenForm = z.object({
  canteenId: z
    .string()
    .regex(/^\d{0,9}$/, 'noSuchCanteen')
    .transform((text) => Number(text) || null),
});

function productsIn(body: Record<string, unknown>, field: string): number[] {
  return Object.keys(body).flatMap((key) => {
    const id = key.startsWith(`${field}.`) ? key.slice(field.length + 1) : '';
    return /^[1-9]\d{0,8}$/.test(id) ? [Number(id)] : [];
  });
}
