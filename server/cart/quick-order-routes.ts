import express, { type Request, type Response, type Router } from 'express';
import { type Actor, unitsBoughtFor } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { SearchEngine } from '../search/engine.ts';
import type { Clock } from '../shared/clock.ts';
import { type Fault, NotFound, RuleRefusal } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { keepRefused, read, takeRefused } from '../web/forms.ts';
import { uploadsIn } from '../web/uploads.ts';
import { unitOfCart } from './cart-api.ts';
import { cartUnits } from './cart-lines.ts';
import { cartQuery } from './cart-schemas.ts';
import { listsOf } from './list-queries.ts';
import { putIntoCart } from './put-into-cart.ts';
import { type AskedRow, type CheckedRow, checkQuickOrder, PUT_MODES, type PutMode } from './quick-order.ts';
import { rowsOfFile } from './quick-order-file.ts';
import { checkedRows, listForm, MOST_ROWS, readCheck, textOfRows } from './quick-order-form.ts';
import { presentCheck } from './quick-order-presenter.ts';
import { quickOrderTemplate } from './quick-order-template.ts';
import { rowsOfText } from './quick-order-text.ts';
import type { Wish } from './quote.ts';
import { saveToList } from './save-to-list.ts';

interface Parts {
  db: PrismaClient;
  search: SearchEngine;
  clock: Clock;
}

const FORM = 'quick-order';

/** Many lines into the cart at once: pasted or uploaded, checked, and only then put in. */
export function quickOrderRoutes(parts: Parts): Router {
  const { db, clock } = parts;
  const router = express.Router();

  router.get(patterns.quickOrder, (req, res) => {
    const [unit] = unitsOf(req, actorOf(req));
    if (!req.query.unit && !req.query.own && unit) {
      req.session.flash = res.locals.flash;
      return res.redirect(303, pathTo('quickOrder', { unit: unit.code }));
    }
    const kept = takeRefused(req, FORM);
    showForm(req, res, kept?.values ?? {}, kept?.faults ?? []);
  });

  router.get(patterns.quickOrderTemplate, async (req, res) => {
    actorOf(req);
    res.attachment(`${req.t('lists:template.file')}.xlsx`).send(await quickOrderTemplate(req.t));
  });

  router.post(patterns.quickOrder, async (req, res) => {
    try {
      const { text, mode } = read(listForm, req.body);
      const [file] = uploadsIn(req, 'list');
      const rows = checkedRows(file ? await rowsOfFile(file, 'list') : rowsOfText(text));
      await showCheck(req, res, rows, mode, null);
    } catch (error) {
      const { status, faults } = refusedForm(error);
      showForm(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.post(patterns.quickOrderCheck, async (req, res) => {
    const { rows, mode, act, seen } = readCheck(req.body ?? {});
    if (rows.length === 0) return res.redirect(303, pathTo('quickOrder', hereOf(req)));
    if (act === 'put') return put(req, res, rows, mode, seen);
    if (act === 'list') return keep(req, res, rows, mode);
    if (act === 'edit') {
      keepRefused(req, FORM, { text: textOfRows(rows), mode }, []);
      return res.redirect(303, pathTo('quickOrder', hereOf(req)));
    }
    const [verb, index] = act.split(':');
    if (verb !== 'round') return showCheck(req, res, rows, mode, null);
    const checked = await check(req, rows, mode);
    const rounded = checked.rows.map(({ asked, rounded: quantity }, at) =>
      quantity !== null && (index === 'all' || Number(index) === at) ? { ...asked, quantity: String(quantity) } : asked,
    );
    await showCheck(req, res, rounded, mode, null);
  });

  return router;

  async function put(req: Request, res: Response, rows: AskedRow[], mode: PutMode, seen: string): Promise<void> {
    const actor = actorOf(req);
    const checked = await check(req, rows, mode);
    const good = checked.rows.filter((row) => row.faults.length === 0);
    const rest = checked.rows.filter((row) => row.faults.length > 0);
    if (good.length === 0) return showCheck(req, res.status(422), rows, mode, { path: '', code: 'nothingToPut' });
    try {
      await putIntoCart(db, actor, unitOf(req), { lines: linesOf(good), mode, seen });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return showCheck(req, res.status(status), rows, mode, faults[0] ?? null);
    }
    const { unit } = hereOf(req);
    flash(req, 'success', req.t('lists:flash.put', { count: good.length }));
    if (rest.length === 0) return res.redirect(303, unit ? pathTo('cart', { unit }) : pathTo('cart', { own: 1 }));
    flash(req, 'info', req.t('lists:flash.rest', { count: rest.length }));
    keepRefused(req, FORM, { text: textOfRows(rest.map((row) => row.asked)), mode }, []);
    res.redirect(303, pathTo('quickOrder', hereOf(req)));
  }

  /** Keeps what is in order as a purchase list instead of buying it. */
  async function keep(req: Request, res: Response, rows: AskedRow[], mode: PutMode): Promise<void> {
    const unitId = unitOf(req);
    if (unitId === null) throw new NotFound();
    const checked = await check(req, rows, mode);
    const known = checked.rows.filter(({ product, count }) => product && count);
    const rest = checked.rows.filter((row) => !known.includes(row));
    try {
      if (known.length === 0) throw new RuleRefusal('nothingToPut');
      const list = await saveToList(db, actorOf(req), unitId, { lines: linesOf(known), body: req.body, at: clock() });
      flash(req, 'success', req.t('lists:flash.listed', { name: list.name, count: known.length }));
      if (rest.length === 0) return res.redirect(303, pathTo('purchaseList', { id: list.id }));
      flash(req, 'info', req.t('lists:flash.rest', { count: rest.length }));
      keepRefused(req, FORM, { text: textOfRows(rest.map((row) => row.asked)), mode }, []);
      res.redirect(303, pathTo('quickOrder', { ...hereOf(req), list: list.id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const shown = faults.map((fault) => (fault.path === 'name' ? { ...fault, path: 'listName' } : fault));
      await showCheck(req, res.status(status), rows, mode, shown[0] ?? null);
    }
  }

  function check(req: Request, rows: AskedRow[], mode: PutMode) {
    return checkQuickOrder(parts, actorOf(req), unitOf(req), rows, mode);
  }

  async function showCheck(
    req: Request,
    res: Response,
    rows: AskedRow[],
    mode: PutMode,
    fault: Fault | null,
  ): Promise<void> {
    const unitId = unitOf(req);
    const [checked, lists] = await Promise.all([check(req, rows, mode), unitId === null ? [] : listsOf(db, [unitId])]);
    res.render('cart/quick-order-check', {
      ...pageOf(req),
      title: req.t('lists:check.title'),
      ...presentCheck(req, checked),
      action: pathTo('quickOrderCheck', hereOf(req)),
      modes: modesOf(req, mode),
      listable: unitId !== null && checked.rows.some(({ product, count }) => product && count),
      lists: lists.map(({ id, name }) => ({ value: String(id), label: name })),
      form: formView(req.t, ['listName', 'listId'], { listId: req.query.list, ...req.body }, fault ? [fault] : []),
    });
  }

  function showForm(req: Request, res: Response, values: Record<string, unknown>, faults: Fault[]): void {
    const actor = actorOf(req);
    const unitId = unitOf(req);
    res.render('cart/quick-order', {
      ...pageOf(req),
      title: req.t('lists:quick.title'),
      tabs: cartUnits(actor).map((id) => {
        const unit = unitsOf(req, actor).find((one) => one.id === id);
        return {
          label: unit?.name ?? req.t('cart:own'),
          href: unit ? pathTo('quickOrder', { unit: unit.code }) : pathTo('quickOrder', { own: 1 }),
          current: id === unitId,
        };
      }),
      action: pathTo('quickOrder', hereOf(req)),
      templateHref: pathTo('quickOrderTemplate'),
      mostRows: MOST_ROWS,
      modes: modesOf(req, values.mode === 'replace' ? 'replace' : 'add'),
      form: formView(req.t, ['text', 'list'], values, faults),
    });
  }
}

function linesOf(rows: readonly CheckedRow[]): Wish[] {
  return rows.flatMap(({ product, count, asked }) =>
    product && count ? [{ productId: product.id, quantity: count, note: asked.note || null }] : [],
  );
}

function unitOf(req: Request): number | null {
  return unitOfCart(actorOf(req), read(cartQuery, req.query).unit);
}

/** The query that keeps a page at the same cart. */
function hereOf(req: Request): { unit?: string; own?: number; list?: number } {
  const { unit } = read(cartQuery, req.query);
  const list = Number(req.query.list) || undefined;
  return unit ? { unit, list } : { own: 1 };
}

function unitsOf(req: Request, actor: Actor) {
  return unitsBoughtFor(actor).map((id) => {
    const grant = actor.grants.find((one) => one.unitId === id && one.role === 'buyer');
    return { id, code: grant?.unitCode ?? '', name: inLanguage(req.locale, grant?.unitName ?? '', grant?.unitNameEn) };
  });
}

function pageOf(req: Request) {
  const { unit } = read(cartQuery, req.query);
  const here = unitsOf(req, actorOf(req)).find((one) => one.code === unit);
  return {
    currentPath: pathTo('quickOrder', hereOf(req)),
    unitName: here?.name,
    breadcrumbs: [
      { label: req.t('cart:title'), href: here ? pathTo('cart', { unit: here.code }) : pathTo('cart', { own: 1 }) },
      { label: req.t('lists:quick.title') },
    ],
  };
}

function modesOf(req: Request, chosen: PutMode) {
  return PUT_MODES.map((value) => ({ value, label: req.t(`lists:mode.${value}`), checked: value === chosen }));
}
