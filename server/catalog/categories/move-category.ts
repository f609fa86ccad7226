import { type Actor, requireRole } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { keepCounting, lockCategories, MOST_DEEP, noteCategoryProducts } from './lock-categories.ts';
import { note } from './save-category.ts';

const levels = (path: string) => path.split('/').length - 2;

/**
 * Moves a category with all below it to another place of the tree. Refuses a place within itself, too many levels, a name that is taken
 * there, and where it would count for other programmes or targets than before.
 */
export async function moveCategory(
  db: PrismaClient,
  actor: Actor,
  id: number,
  parentId: number | null,
  at: Date,
): Promise<void> {
  requireRole(actor, 'operator');
  await inTransaction(db, async (tx) => {
    const tree = await lockCategories(tx);
    const category = tree.get(id);
    const parent = parentId === null ? null : tree.all.find((one) => one.id === parentId && one.retiredAt === null);
    const refuse = (code: string, values = {}) => {
      throw new RuleRefusal('badInput', [{ path: 'parentId', code, values }]);
    };
    if (parent === undefined) return refuse('notAChoice');
    if (parentId === category.parentId) return;
    if (parent?.path.startsWith(category.path)) refuse('categoryWithinItself');
    const path = `${parent?.path ?? '/'}${id}/`;
    const moved = tree.all.filter((one) => one.path.startsWith(category.path));
    const deepest = Math.max(...moved.map((one) => levels(one.path) - levels(category.path))) + levels(path);
    if (deepest > MOST_DEEP) refuse('categoryTooDeep', { most: MOST_DEEP });
    if (tree.below(parentId).some(({ name }) => name === category.name)) refuse('categoryNameTaken');
    await keepCounting(tx, category.path, path, 'parentId');
    const sort = Math.max(0, ...tree.below(parentId).map((sibling) => sibling.sort)) + 1;
    await tx.category.update({ where: { id }, data: { parentId, sort }, select: { id: true } });
    for (const one of moved)
      await tx.category.update({
        where: { id: one.id },
        data: { path: path + one.path.slice(category.path.length) },
        select: { id: true },
      });
    await note(tx, actor, 'category.move', id, { parentId: category.parentId }, { parentId }, at);
    await noteCategoryProducts(tx, [path]);
  });
}

/** Changes places with the sibling before or after it; the first and the last stay where they are. */
export async function orderCategory(
  db: PrismaClient,
  actor: Actor,
  id: number,
  direction: 'up' | 'down',
  at: Date,
): Promise<void> {
  requireRole(actor, 'operator');
  await inTransaction(db, async (tx) => {
    const tree = await lockCategories(tx);
    const { parentId, retiredAt } = tree.get(id);
    if (retiredAt) throw new StateConflict('categoryRetired');
    const siblings = tree.below(parentId);
    const from = siblings.findIndex((sibling) => sibling.id === id);
    const to = direction === 'up' ? from - 1 : from + 1;
    const [mine, other] = [siblings[from], siblings[to]];
    if (!mine || !other) return;
    siblings[from] = other;
    siblings[to] = mine;
    for (const [index, sibling] of siblings.entries())
      await tx.category.update({ where: { id: sibling.id }, data: { sort: index + 1 }, select: { id: true } });
    await note(tx, actor, 'category.order', id, { position: from + 1 }, { position: to + 1 }, at);
  });
}
