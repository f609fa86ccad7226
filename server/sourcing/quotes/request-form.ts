import type { Actor } from '../../accounts/actor.ts';
import { cartWishes } from '../../cart/cart-lines.ts';
import { idText, quantityOrNone } from '../../cart/cart-schemas.ts';
import { findList, pricedLines } from '../../cart/list-queries.ts';
import type { Wish } from '../../cart/quote.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Day } from '../../shared/days.ts';
import { BadInput, type Fault } from '../../shared/errors.ts';
import { faultsOf } from '../../web/forms.ts';
import { requestForm } from './quote-schemas.ts';

/** The products that a new request starts from: `?product=` with `?quantity=`, a list, or what is in the unit's cart. */
export async function startingLines(
  db: PrismaClient,
  actor: Actor,
  unitId: number,
  query: { product?: unknown; quantity?: unknown; list?: unknown },
  today: Day,
) {
  const product = idText.safeParse(query.product);
  const list = idText.safeParse(query.list);
  const quantity = quantityOrNone.safeParse(query.quantity);
  const wishes: readonly Wish[] = product.success
    ? [{ productId: product.data, quantity: quantity.success ? Math.max(1, quantity.data) : 1 }]
    : list.success
      ? (await findList(db, actor, list.data)).lines
      : await cartWishes(db, actor, unitId);
  return pricedLines(db, wishes, today);
}

/** The lines of a posted form by their fields `quantity.<productId>` and `note.<productId>`; quantity 0 leaves a line out. */
export function readRequestForm(body: Record<string, unknown>) {
  const faults: Fault[] = [];
  const lines = Object.entries(body).flatMap(([name, value]) => {
    const productId = Number(/^quantity\.(\d{1,9})$/.exec(name)?.[1] ?? 0);
    if (!productId) return [];
    const quantity = quantityOrNone.safeParse(value);
    if (!quantity.success) faults.push({ path: name, code: 'notAQuantity' });
    const note = body[`note.${productId}`];
    const text = typeof note === 'string' ? note.trim().slice(0, 255) : '';
    return quantity.success && quantity.data > 0
      ? [{ productId, quantity: quantity.data, note: text === '' ? null : text }]
      : [];
  });
  const head = requestForm.safeParse(body, { reportInput: true });
  if (!head.success) faults.push(...faultsOf(head.error));
  if (!head.success || faults.length > 0) throw new BadInput(faults);
  return { ...head.data, lines };
}
