import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import { catalogReader, nameOf } from '../../catalog/catalog-reader.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { addDays, dayOf } from '../../shared/days.ts';
import type { Fault } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { requireSeller } from '../own-goods.ts';
import { familyValues, formChoices } from './goods-form.ts';
import { presentFamily, presentFilter, presentGood } from './goods-presenter.ts';
import {
  findOwnFamily,
  type GoodsFilter,
  goodsOfFamily,
  listOwnGoods,
  type OwnFamily,
  SHELF_PARTS,
  SOON_DAYS,
  STOCK_PARTS,
} from './goods-queries.ts';
import {
  FAMILY_FIELDS,
  familyForm,
  ownerForm,
  PRICE_FIELDS,
  priceForm,
  SPECIFICATION_FIELDS,
  specificationForm,
} from './goods-schemas.ts';
import { readTogether } from './read-goods.ts';
import { createFamily, editFamily } from './save-family.ts';
import { isFixed } from './save-specification.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PAGE = 30;
const NEW_VALUES = { minQuantity: 1, orderMultiple: 1, caseQuantity: 1, saleMode: 'by_piece' };

/** A supplier's goods at the workbench: the list, a new family, and what a family says. */
export function goodsRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.supplierGoods, async (req, res) => {
    const actor = actorOf(req);
    requireSeller(actor);
    const filter = filterIn(req.query);
    const beforeId = typeof req.query.before === 'string' ? idIn(req.query.before) : null;
    const today = dayOf(clock());
    const soon = addDays(today, SOON_DAYS);
    const [reader, found] = await Promise.all([
      catalogReader(db, req),
      listOwnGoods(db, actor, filter, { beforeId, take: PAGE + 1, today, soon }),
    ]);
    const goods = found.slice(0, PAGE);
    const last = found.length > PAGE ? goods.at(-1) : undefined;
    const shown = presentFilter(reader, filter);
    const kept = {
      q: filter.q || undefined,
      shelf: filter.shelf === 'all' ? undefined : filter.shelf,
      stock: filter.stock === 'any' ? undefined : filter.stock,
    };
    res.render('workbench/list', {
      layout: 'work',
      title: req.t('workbench:list.title'),
      filter: shown,
      goods: goods.map((good) => presentGood(reader, good, soon)),
      manySuppliers: new Set(goods.map((good) => good.supplierId)).size > 1,
      newHref: pathTo('newGoods'),
      firstHref: beforeId ? pathTo('supplierGoods', kept) : undefined,
      nextHref: last && pathTo('supplierGoods', { ...kept, before: last.id }),
    });
  });

  router.get(patterns.newGoods, (req, res) => newPage(req, res, NEW_VALUES, []));

  router.post(patterns.supplierGoods, async (req, res) => {
    const actor = actorOf(req);
    requireSeller(actor);
    try {
      const schemas = { owner: ownerForm, family: familyForm, specification: specificationForm, price: priceForm };
      const { owner, ...goods } = readTogether(schemas, req.body);
      const id = await createFamily(db, actor, { ...goods, ...owner }, clock());
      flash(req, 'success', req.t('workbench:flash.created'));
      res.redirect(303, pathTo('supplierFamily', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await newPage(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.get(patterns.supplierFamily, async (req, res) => {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const today = dayOf(clock());
    const [reader, family, goods] = await Promise.all([
      catalogReader(db, req),
      findOwnFamily(db, actor, id),
      goodsOfFamily(db, id, today),
    ]);
    const shown = presentFamily(reader, family);
    res.render('workbench/family', {
      layout: 'work',
      title: shown.name,
      currentPath: pathTo('supplierGoods'),
      breadcrumbs: [{ label: req.t('workbench:list.title'), href: pathTo('supplierGoods') }, { label: shown.name }],
      family: shown,
      goods: goods.map((good) => presentGood(reader, good, addDays(today, SOON_DAYS))),
    });
  });

  router.get(patterns.supplierFamilyForm, async (req, res) => {
    const family = await findOwnFamily(db, actorOf(req), idIn(req.params.id));
    await editPage(req, res, familyValues(family), []);
  });

  router.post(patterns.supplierFamily, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      await editFamily(db, actorOf(req), id, read(familyForm, req.body), clock());
      flash(req, 'success', req.t('workbench:flash.saved'));
      res.redirect(303, pathTo('supplierFamily', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await editPage(req, res.status(status), req.body ?? {}, faults);
    }
  });

  return router;

  async function newPage(req: Request, res: Response, values: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    requireSeller(actor);
    const choices = await formChoices(db, actor, await catalogReader(db, req));
    const title = req.t('workbench:new.title');
    res.render('workbench/new', {
      layout: 'work',
      title,
      currentPath: pathTo('supplierGoods'),
      breadcrumbs: [{ label: req.t('workbench:list.title'), href: pathTo('supplierGoods') }, { label: title }],
      action: pathTo('supplierGoods'),
      ...choices,
      manySuppliers: choices.suppliers.length > 1,
      form: formView(req.t, [...FAMILY_FIELDS, ...SPECIFICATION_FIELDS, ...PRICE_FIELDS], values, faults),
    });
  }

  async function editPage(
    req: Request,
    res: Response,
    values: Record<string, unknown>,
    faults: Fault[],
  ): Promise<void> {
    const actor = actorOf(req);
    const family = await findOwnFamily(db, actor, idIn(req.params.id));
    const reader = await catalogReader(db, req);
    const shown = presentFamily(reader, family);
    const familyHref = pathTo('supplierFamily', { id: family.id });
    res.render('workbench/family-form', {
      layout: 'work',
      title: req.t('workbench:family.edit'),
      currentPath: pathTo('supplierGoods'),
      breadcrumbs: [
        { label: req.t('workbench:list.title'), href: pathTo('supplierGoods') },
        { label: shown.name, href: familyHref },
        { label: req.t('workbench:family.edit') },
      ],
      action: familyHref,
      backHref: familyHref,
      ...(await formChoices(db, actor, reader, {
        supplierPlaceId: family.supplier.placeId,
        heldBrandId: family.brandId,
      })),
      fixed: await fixedFields(db, req, family, values),
      form: formView(req.t, FAMILY_FIELDS, values, faults),
    });
  }
}

/** Why a family's name and brand stay, as its form says beforehand, and whether what it holds is still theirs; undefined while they may change. */
async function fixedFields(
  db: PrismaClient,
  { t, locale }: Request,
  family: OwnFamily,
  values: Record<string, unknown>,
) {
  const ids = family.products.map(({ id }) => id);
  if (!(await isFixed(db, ids))) return undefined;
  const held = familyValues(family);
  return {
    name: t('workbench:form.nameFixed'),
    brand: t('workbench:form.brandFixed'),
    brandName: family.brand ? nameOf(locale, family.brand) : t('workbench:form.noBrand'),
    holds: held.name === values.name && String(held.brandId) === String(values.brandId ?? ''),
  };
}

function filterIn(query: Request['query']): GoodsFilter {
  return {
    q: typeof query.q === 'string' ? query.q.trim().slice(0, 64) : '',
    shelf: SHELF_PARTS.find((part) => part === query.shelf) ?? 'all',
    stock: STOCK_PARTS.find((part) => part === query.stock) ?? 'any',
  };
}
