import { type Actor, actsOnBehalfOf, suppliersServedBy } from '../../accounts/actor.ts';
import { noteChangedProducts } from '../../catalog/product-changed.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { NotFound } from '../../shared/errors.ts';
import { BANK_CHANGED } from './bank-changed.ts';
import type { ShopInput } from './shop-form.ts';

const shop = {
  ...{ name: true, nameEn: true, story: true, storyEn: true, contact: true, phone: true, bankName: true },
  ...{ bankAccount: true, minOrderFen: true, freightFen: true, freeFreightFromFen: true },
} as const;

/**
 * Changes what a supplier says of itself, its freight and its least order, for orders to come; name and credit code are its certificate's
 * and stay. Another bank account is told to the operators and to the supplier's people; the audit trail keeps the ends of its numbers.
 * Refuses another's with 404.
 */
export async function saveShop(
  db: PrismaClient,
  actor: Actor,
  supplierId: number,
  input: ShopInput,
  at: Date,
): Promise<void> {
  if (!suppliersServedBy(actor).includes(supplierId)) throw new NotFound();
  await inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM supplier WHERE id = ${supplierId} FOR UPDATE`;
    const { name, ...before } = await tx.supplier.findUniqueOrThrow({ where: { id: supplierId }, select: shop });
    await tx.supplier.update({ where: { id: supplierId }, data: input, select: { id: true } });
    const ending = endOf(input.bankAccount);
    await audit(tx, {
      ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, { id: supplierId, name }) },
      ...{ action: 'supplier.edit_shop', subjectType: 'supplier', subjectId: supplierId },
      before: { ...before, bankAccount: endOf(before.bankAccount) },
      after: { ...input, bankAccount: ending },
    });
    if (before.bankAccount !== input.bankAccount || before.bankName !== input.bankName)
      await enqueue(tx, BANK_CHANGED, [{ supplierId, byId: actor.id, ending, at: at.toISOString() }]);
    const products = await tx.product.findMany({ where: { supplierId }, select: { id: true }, orderBy: { id: 'asc' } });
    await noteChangedProducts(
      tx,
      products.map(({ id }) => id),
    );
  });
}

const endOf = (account: string | null) => account && `…${account.slice(-4)}`;
