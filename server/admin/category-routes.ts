import express, { type Request, type Response, type Router } from 'express';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { nameOf } from '../catalog/catalog-reader.ts';
import {
  categoryForm,
  moveForm,
  newCategoryForm,
  orderForm,
  retireForm,
} from '../catalog/categories/category-schemas.ts';
import { moveCategory, orderCategory } from '../catalog/categories/move-category.ts';
import { retireCategory } from '../catalog/categories/retire-category.ts';
import { addCategory, renameCategory } from '../catalog/categories/save-category.ts';
import { type CategoryNode, type CategoryTree, categoryTree } from '../catalog/category-tree.ts';
import { forgetCatalog } from '../catalog/forget-catalog.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { type Fault, NotFound } from '../shared/errors.ts';
import { idsBelow } from '../shared/tree.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const FIELDS = ['name', 'nameEn', 'aliases', 'illustration', 'edible', 'parentId', 'intoId', 'retireReason'];

/** The tree of categories as operators edit it: added, renamed, moved, put in order, retired. */
export function categoryRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.categories, (req, res) => showTree(req, res, {}, []));

  router.post(patterns.categories, async (req, res) => {
    try {
      await addCategory(db, actorOf(req), read(newCategoryForm, req.body), clock());
      done(req, res, 'added');
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showTree(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.get(patterns.category, (req, res) => showOne(req, res, {}, []));

  router.post(patterns.category, (req, res) =>
    act(req, res, 'renamed', (id) => renameCategory(db, actorOf(req), id, read(categoryForm, req.body), clock())),
  );
  router.post(patterns.categoryMove, (req, res) =>
    act(req, res, 'moved', (id) => moveCategory(db, actorOf(req), id, read(moveForm, req.body).parentId, clock())),
  );
  router.post(patterns.categoryOrder, (req, res) =>
    act(req, res, 'ordered', (id) => orderCategory(db, actorOf(req), id, read(orderForm, req.body).direction, clock())),
  );
  router.post(patterns.categoryRetirement, (req, res) =>
    act(req, res, 'retired', (id) => {
      const { intoId, retireReason } = read(retireForm, req.body);
      return retireCategory(db, actorOf(req), id, { intoId, reason: retireReason }, clock());
    }),
  );

  return router;

  function done(req: Request, res: Response, what: string): void {
    forgetCatalog(db);
    flash(req, 'success', req.t(`categories:done.${what}`));
    res.redirect(303, pathTo('categories'));
  }

  async function act(req: Request, res: Response, what: string, work: (id: number) => Promise<unknown>): Promise<void> {
    try {
      await work(idIn(req.params.id));
      done(req, res, what);
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showOne(req, res.status(status), req.body ?? {}, faults);
    }
  }

  async function showTree(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    requireRole(actorOf(req), 'operator');
    categoryTree.forget(db);
    const [tree, counts] = await Promise.all([categoryTree(db), productCounts(db)]);
    res.set('Cache-Control', 'no-store').render('admin/categories', {
      layout: 'work',
      title: req.t('categories:title'),
      rows: flat(tree).map(({ node, depth, isFirst, isLast }) => ({
        ...{ code: node.code, name: node.name, nameEn: node.nameEn, edible: node.edible, isFirst, isLast },
        ...{ illustration: node.illustration, aliases: node.aliases.join('、'), level: depth + 1 },
        products: idsBelow(tree, node.id).reduce((sum, id) => sum + (counts.get(id) ?? 0), 0),
        href: pathTo('category', { id: node.id }),
        shopHref: pathTo('products', { category: node.code }),
        orderAction: pathTo('categoryOrder', { id: node.id }),
      })),
      retired: [...tree.byId.values()]
        .filter(({ isRetired }) => isRetired)
        .map((node) => nameOf(req.locale, node))
        .join('、'),
      action: pathTo('categories'),
      parents: choices(req, tree),
      illustrations: illustrations(req, tree),
      form: formView(req.t, FIELDS, typed, faults),
    });
  }

  async function showOne(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    requireRole(actorOf(req), 'operator');
    const id = idIn(req.params.id);
    categoryTree.forget(db);
    const [tree, counts] = await Promise.all([categoryTree(db), productCounts(db)]);
    const node = tree.byId.get(id);
    if (!node) throw new NotFound();
    const inside = new Set(flat(tree, [node]).map(({ node: one }) => one.id));
    const others = choices(req, tree).filter(({ value }) => !inside.has(Number(value)));
    const own = {
      ...{ name: node.name, nameEn: node.nameEn, aliases: node.aliases.join('、'), illustration: node.illustration },
      ...{ edible: node.edible ? 'yes' : undefined, parentId: node.parentId ?? '' },
    };
    res.set('Cache-Control', 'no-store').render('admin/category', {
      layout: 'work',
      title: nameOf(req.locale, node),
      currentPage: pathTo('categories'),
      breadcrumbs: [
        { label: req.t('categories:title'), href: pathTo('categories') },
        { label: nameOf(req.locale, node) },
      ],
      isRetired: node.isRetired,
      products: counts.get(id) ?? 0,
      hasOthers: inside.size > 1,
      others,
      illustrations: illustrations(req, tree),
      renameAction: pathTo('category', { id }),
      moveAction: pathTo('categoryMove', { id }),
      retireAction: pathTo('categoryRetirement', { id }),
      form: formView(req.t, FIELDS, { ...own, ...typed }, faults),
    });
  }
}

interface Flat {
  node: CategoryNode;
  depth: number;
  isFirst: boolean;
  isLast: boolean;
}

/** In the order of the tree, retired ones left out. */
function flat(tree: CategoryTree, nodes: readonly CategoryNode[] = tree.roots, depth = 0): Flat[] {
  const shown = nodes.filter(({ isRetired }) => !isRetired);
  return shown.flatMap((node, index) => [
    { node, depth, isFirst: index === 0, isLast: index === shown.length - 1 },
    ...flat(tree, tree.childrenOf(node.id), depth + 1),
  ]);
}

function choices({ locale }: Pick<Request, 'locale'>, tree: CategoryTree) {
  return flat(tree).map(({ node, depth }) => ({
    value: String(node.id),
    label: `${'\u3000'.repeat(depth)}${nameOf(locale, node)}`,
  }));
}

/** Pictures that are there to choose from, those in use, with the first category that shows each; `default` stands for any. */
function illustrations({ t, locale }: Pick<Request, 't' | 'locale'>, tree: CategoryTree) {
  const users = new Map<string, CategoryNode>();
  for (const { node } of flat(tree)) if (!users.has(node.illustration)) users.set(node.illustration, node);
  const used = [...new Set([...[...tree.byId.values()].map(({ illustration }) => illustration), 'default'])].sort();
  return used.map((value) => {
    const user = users.get(value);
    return { value, label: value === 'default' || !user ? t('categories:anyPicture') : nameOf(locale, user) };
  });
}

async function productCounts(db: PrismaClient): Promise<Map<number, number>> {
  const rows = await db.product.groupBy({ by: ['categoryId'], where: { state: 'on_sale' }, _count: true });
  return new Map(rows.map(({ categoryId, _count }) => [categoryId, _count]));
}
