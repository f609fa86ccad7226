import { type Actor, actsOnBehalfOf } from '../../accounts/actor.ts';
import { noteChangedProducts } from '../../catalog/product-changed.ts';
import { audit } from '../../db/audit.ts';
import type { Db, PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { type Day, dayOf } from '../../shared/days.ts';
import { RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { certificationHeldBy } from '../../suppliers/certification-held.ts';
import { lockOwnProduct } from '../own-goods.ts';

/** What keeps a product from the shelf; in the order in which it is put right. */
export type ShelfHindrance = 'supplierNotActive' | 'supplierNotCertified' | 'productNotCertified' | 'priceWaits';

/** Puts an own product on the shelf. Refuses what is not certified, and a first price that waits for the operator, every reason at once (rules 1, 21). */
export async function putOnShelf(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<void> {
  await setState(db, actor, id, 'on_sale', at);
}

/** Takes an own product off the shelf; what was ordered is still delivered. */
export async function takeOffShelf(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<void> {
  await setState(db, actor, id, 'off_sale', at);
}

async function setState(db: PrismaClient, actor: Actor, id: number, state: 'on_sale' | 'off_sale', at: Date) {
  await inTransaction(db, async (tx) => {
    const before = await lockOwnProduct(tx, actor, id);
    if (before.state === state || (state === 'off_sale' && before.state === 'draft'))
      throw new StateConflict(state === 'on_sale' ? 'onShelfAlready' : 'notOnShelf');
    const hindrances = state === 'on_sale' ? await hindrancesOf(tx, id, dayOf(at)) : [];
    if (hindrances.length > 0)
      throw new RuleRefusal(
        'badInput',
        hindrances.map((code) => ({ path: '', code })),
      );
    await tx.product.update({ where: { id }, data: { state }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, before.supplier) },
      ...{ action: state === 'on_sale' ? 'product.shelve' : 'product.unshelve', subjectType: 'product', subjectId: id },
      ...{ before: { state: before.state }, after: { state } },
    });
    await noteChangedProducts(tx, [id]);
  });
}

/** What keeps a product from being put on the shelf on a day; empty: nothing. */
export async function hindrancesOf(db: Db, id: number, today: Day): Promise<ShelfHindrance[]> {
  const [row] = await db.$queryRaw<
    { state: string; supplierHeld: number | null; productHeld: number | null; waits: number | bigint }[]
  >`SELECT s.state, ${certificationHeldBy('supplier', today)} AS supplierHeld, ${certificationHeldBy('product', today)} AS productHeld,
      EXISTS (SELECT 1 FROM price_change c WHERE c.productId = p.id AND c.oldFen = 0 AND c.state IN ('waiting', 'asked', 'refused', 'withdrawn')
        AND NOT EXISTS (SELECT 1 FROM price_change d WHERE d.productId = p.id AND d.effectiveAt IS NOT NULL)) AS waits
    FROM product p JOIN supplier s ON s.id = p.supplierId WHERE p.id = ${id}`;
  if (!row) return [];
  return [
    ...(row.state === 'active' ? [] : (['supplierNotActive'] as const)),
    ...(row.supplierHeld === null ? (['supplierNotCertified'] as const) : []),
    ...(row.productHeld === null ? (['productNotCertified'] as const) : []),
    ...(Number(row.waits) === 1 ? (['priceWaits'] as const) : []),
  ];
}
