import express, { type Request, type Response, type Router } from 'express';
import { requireRole, unitsBoughtFor } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import { canteensOf } from '../units/canteens/canteen-queries.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { unitOfCart } from './cart-api.ts';
import { cartWishes } from './cart-lines.ts';
import { cartQuery } from './cart-schemas.ts';
import { deleteList, renameList, saveLines, setListCanteen } from './change-list.ts';
import { createList } from './create-list.ts';
import { exportList } from './list-export.ts';
import { canteenForm, nameForm, newListForm, readTable } from './list-form.ts';
import { linesIntoCart } from './list-into-cart.ts';
import { presentList } from './list-presenter.ts';
import { changerOf, findList, listsOf, pricedLines } from './list-queries.ts';
import { tellPut } from './tell-put.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

/** Purchase lists that the buyers of a unit share: made, changed in a table, put into the cart. */
export function listRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.purchaseLists, async (req, res) => showLists(req, res, {}, []));

  router.post(patterns.purchaseLists, async (req, res) => {
    const actor = actorOf(req);
    const unitId = unitOf(req);
    try {
      const { name, from } = read(newListForm, req.body);
      const lines = from === 'cart' ? await cartWishes(db, actor, unitId) : [];
      const id = await createList(db, actor, { unitId, name, lines }, clock());
      flash(req, 'success', req.t('lists:flash.created', { name }));
      res.redirect(303, pathTo('purchaseList', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showLists(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.get(patterns.purchaseList, (req, res) => show(req, res, {}, []));

  router.post(patterns.purchaseList, async (req, res) => {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const list = await findList(db, actor, id);
    try {
      const { act, version, lines, chosen, mode } = readTable(req.body ?? {});
      if (act === 'save') {
        await saveLines(db, { actor, listId: id, version, at: clock() }, lines);
        flash(req, 'success', req.t('lists:flash.saved'));
        return res.redirect(303, pathTo('purchaseList', { id }));
      }
      const wanted = lines.filter((line) => line.quantity > 0 && (act === 'all' || chosen.has(line.productId)));
      if (wanted.length === 0) return show(req, res.status(422), req.body ?? {}, [{ path: '', code: 'nothingChosen' }]);
      tellPut(req, await linesIntoCart(db, actor, list.unitId, { lines: wanted, mode, today: dayOf(clock()) }));
      res.redirect(303, pathTo('cart', { unit: list.unit.code }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.get(patterns.purchaseListExcel, async (req, res) => {
    const list = await findList(db, actorOf(req), idIn(req.params.id));
    const lines = await pricedLines(db, list.lines, dayOf(clock()));
    res.attachment(`${list.name}.xlsx`).send(await exportList(req, list.name, lines));
  });

  router.post(patterns.purchaseListName, (req, res) =>
    act(req, res, async (listId) => {
      const { name } = read(nameForm, req.body);
      await renameList(db, { actor: actorOf(req), listId, version: null, at: clock() }, name);
      flash(req, 'success', req.t('lists:flash.renamed', { name }));
      return pathTo('purchaseList', { id: listId });
    }),
  );

  router.post(patterns.purchaseListCanteen, (req, res) =>
    act(req, res, async (listId) => {
      const { canteenId } = read(canteenForm, req.body);
      await setListCanteen(db, { actor: actorOf(req), listId, version: null, at: clock() }, canteenId);
      flash(req, 'success', req.t('delivery:list.saved'));
      return pathTo('purchaseList', { id: listId });
    }),
  );

  router.post(patterns.purchaseListCopy, (req, res) =>
    act(req, res, async (listId) => {
      const { name } = read(nameForm, req.body);
      const { unitId, lines } = await findList(db, actorOf(req), listId);
      const id = await createList(db, actorOf(req), { unitId, name, lines }, clock());
      flash(req, 'success', req.t('lists:flash.created', { name }));
      return pathTo('purchaseList', { id });
    }),
  );

  router.post(patterns.purchaseListRemoval, (req, res) =>
    act(req, res, async (listId) => {
      const { name, unit } = await findList(db, actorOf(req), listId);
      await deleteList(db, actorOf(req), listId);
      flash(req, 'success', req.t('lists:flash.deleted', { name }));
      return pathTo('purchaseLists', { unit: unit.code });
    }),
  );

  return router;

  async function act(req: Request, res: Response, work: (id: number) => Promise<string>): Promise<void> {
    try {
      res.redirect(303, await work(idIn(req.params.id)));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), req.body ?? {}, faults);
    }
  }

  async function show(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const list = await findList(db, actorOf(req), idIn(req.params.id));
    const [lines, changer, canteens] = await Promise.all([
      pricedLines(db, list.lines, dayOf(clock())),
      changerOf(db, list),
      canteensOf(db, [list.unitId]),
    ]);
    const shown = presentList(req, list, lines, typed);
    res.render('cart/list', {
      layout: 'work',
      title: list.name,
      currentPath: pathTo('purchaseLists'),
      breadcrumbs: [
        { label: req.t('lists:list.titles'), href: pathTo('purchaseLists', { unit: list.unit.code }) },
        { label: list.name },
      ],
      ...shown,
      changer,
      canteens: canteens.map(({ id, name }) => ({ value: id, label: name })),
      canteenId: list.canteenId,
      form: formView(
        req.t,
        ['name', 'canteenId', ...list.lines.flatMap(({ productId }) => [`quantity.${productId}`, `note.${productId}`])],
        typed,
        faults,
      ),
    });
  }

  async function showLists(
    req: Request,
    res: Response,
    typed: Record<string, unknown>,
    faults: Fault[],
  ): Promise<void> {
    const actor = actorOf(req);
    requireRole(actor, 'buyer');
    const unitId = unitOf(req);
    const lists = await listsOf(db, [unitId]);
    const units = actor.grants.filter((grant) => grant.role === 'buyer' && grant.unitId !== null);
    const unit = units.find((grant) => grant.unitId === unitId);
    res.render('cart/lists', {
      layout: 'work',
      title: req.t('lists:list.titles'),
      currentPath: pathTo('purchaseLists'),
      unitName: inLanguage(req.locale, unit?.unitName ?? '', unit?.unitNameEn),
      tabs: units.map((grant) => ({
        label: inLanguage(req.locale, grant.unitName ?? '', grant.unitNameEn),
        href: pathTo('purchaseLists', { unit: grant.unitCode ?? '' }),
        current: grant.unitId === unitId,
      })),
      lists: lists.map((list) => ({
        name: list.name,
        href: pathTo('purchaseList', { id: list.id }),
        lineCount: list._count.lines,
        standing: list._count.standing,
        changedAt: list.changedAt.toISOString(),
      })),
      action: pathTo('purchaseLists', { unit: unit?.unitCode ?? undefined }),
      quickHref: pathTo('quickOrder', { unit: unit?.unitCode ?? undefined }),
      sources: ['empty', 'cart'].map((value) => ({ value, label: req.t(`lists:from.${value}`) })),
      form: formView(req.t, ['name'], typed, faults),
    });
  }

  /** The unit of `?unit=`, else the first that the actor buys for. */
  function unitOf(req: Request): number {
    const actor = actorOf(req);
    requireRole(actor, 'buyer');
    const [first] = unitsBoughtFor(actor);
    return unitOfCart(actor, read(cartQuery, req.query).unit) ?? first ?? 0;
  }
}
