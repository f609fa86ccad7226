import { type Actor, requireRole } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { keepCounting, lockCategories, noteCategoryProducts } from './lock-categories.ts';
import { note } from './save-category.ts';

/**
 * Retires a category: its products move to another, and its name stays with what was bought of it. Refuses one that was retired or has
 * others below it (409), itself or a retired one as the other, and where its products would count otherwise than before.
 */
export async function retireCategory(
  db: PrismaClient,
  actor: Actor,
  id: number,
  { intoId, reason }: { intoId: number; reason: string },
  at: Date,
): Promise<number> {
  requireRole(actor, 'operator');
  return inTransaction(db, async (tx) => {
    const tree = await lockCategories(tx);
    const category = tree.get(id);
    if (category.retiredAt) throw new StateConflict('categoryRetired');
    if (tree.below(id).length > 0) throw new StateConflict('categoryHasOthers');
    const into = tree.all.find((one) => one.id === intoId && one.retiredAt === null && one.id !== id);
    if (!into) throw new RuleRefusal('badInput', [{ path: 'intoId', code: 'notAChoice' }]);
    await keepCounting(tx, category.path, into.path, 'intoId');
    const { count } = await tx.product.updateMany({ where: { categoryId: id }, data: { categoryId: intoId } });
    await tx.category.update({ where: { id }, data: { retiredAt: at }, select: { id: true } });
    await note(tx, actor, 'category.retire', id, { name: category.name }, { intoId, products: count }, at, reason);
    await noteCategoryProducts(tx, [into.path]);
    return count;
  });
}
