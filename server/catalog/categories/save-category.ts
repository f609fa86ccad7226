import { type Actor, requireRole } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { type Fault, RuleRefusal } from '../../shared/errors.ts';
import type { CategoryText, NewCategory } from './category-schemas.ts';
import { type LockedCategories, lockCategories, MOST_DEEP, noteCategoryProducts } from './lock-categories.ts';

/** A new category, the last below its parent. Refuses all but operators, a name that a sibling has, and more than four levels. Returns its id. */
export async function addCategory(db: PrismaClient, actor: Actor, wish: NewCategory, at: Date): Promise<number> {
  requireRole(actor, 'operator');
  return inTransaction(db, async (tx) => {
    const tree = await lockCategories(tx);
    const parent = wish.parentId === null ? null : tree.get(wish.parentId);
    const depth = parent ? parent.path.split('/').length - 1 : 1;
    const faults = nameFaults(tree, wish, wish.parentId, null);
    if (parent?.retiredAt) faults.push({ path: 'parentId', code: 'categoryRetired' });
    if (depth > MOST_DEEP) faults.push({ path: 'parentId', code: 'categoryTooDeep', values: { most: MOST_DEEP } });
    if (faults.length > 0) throw new RuleRefusal('badInput', faults);
    const { name, nameEn, aliases, illustration, edible } = wish;
    const sort = Math.max(0, ...tree.below(wish.parentId).map((sibling) => sibling.sort)) + 1;
    const { id } = await tx.category.create({
      data: {
        ...{ code: codeOf(tree, nameEn), name, nameEn, aliases, illustration, edible, sort, path: '' },
        parentId: wish.parentId,
      },
      select: { id: true },
    });
    await tx.category.update({ where: { id }, data: { path: `${parent?.path ?? '/'}${id}/` }, select: { id: true } });
    await note(tx, actor, 'category.add', id, {}, { name, nameEn, parentId: wish.parentId }, at);
    return id;
  });
}

/** New names, words, picture. Refuses as addCategory does; goods keep their category. */
export async function renameCategory(
  db: PrismaClient,
  actor: Actor,
  id: number,
  wish: CategoryText,
  at: Date,
): Promise<void> {
  requireRole(actor, 'operator');
  await inTransaction(db, async (tx) => {
    const tree = await lockCategories(tx);
    const { path, parentId, ...before } = tree.get(id);
    const faults = nameFaults(tree, wish, parentId, id);
    if (faults.length > 0) throw new RuleRefusal('badInput', faults);
    await tx.category.update({ where: { id }, data: wish, select: { id: true } });
    await note(tx, actor, 'category.rename', id, { name: before.name, nameEn: before.nameEn }, wish, at);
    await noteCategoryProducts(tx, [path]);
  });
}

function nameFaults(
  tree: LockedCategories,
  wish: Pick<CategoryText, 'name' | 'nameEn'>,
  parentId: number | null,
  ownId: number | null,
): Fault[] {
  const siblings = tree.below(parentId).filter(({ id }) => id !== ownId);
  return (['name', 'nameEn'] as const).flatMap((field) =>
    siblings.some((sibling) => sibling[field].toLowerCase() === wish[field].toLowerCase())
      ? [{ path: field, code: 'categoryNameTaken' }]
      : [],
  );
}

/** From the English name; numbered where another has it. */
function codeOf(tree: LockedCategories, nameEn: string): string {
  const slug =
    nameEn
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 50) || 'category';
  const taken = new Set(tree.all.map(({ code }) => code));
  for (let number = 1; ; number += 1) {
    const code = number === 1 ? slug : `${slug}-${number}`;
    if (!taken.has(code)) return code;
  }
}

export async function note(
  tx: Tx,
  actor: Actor,
  action: string,
  id: number,
  before: object,
  after: object,
  at: Date,
  reason?: string,
): Promise<void> {
  await audit(tx, {
    ...{ at, actorId: actor.id, action, subjectType: 'category', subjectId: id, reason },
    ...{ before: { ...before }, after: { ...after } },
  });
}
