import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import { catalogReader } from '../../catalog/catalog-reader.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { addDays, dayOf } from '../../shared/days.ts';
import type { Fault } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { presentStocked } from '../batches/batch-presenter.ts';
import { listOwnStock } from '../batches/batch-queries.ts';
import { changePrice } from '../prices/change-price.ts';
import { answerPrice, withdrawPrice } from '../prices/decide-price.ts';
import { presentChange } from '../prices/price-presenter.ts';
import { pricesOf } from '../prices/price-queries.ts';
import { formChoices, priceValues, specificationValues } from './goods-form.ts';
import { presentSpecification } from './goods-presenter.ts';
import { findOwnFamily, findOwnSpecification, SOON_DAYS } from './goods-queries.ts';
import {
  answerForm,
  PRICE_FIELDS,
  priceForm,
  reasonForm,
  SPECIFICATION_FIELDS,
  specificationForm,
} from './goods-schemas.ts';
import { readTogether } from './read-goods.ts';
import { createSpecification, editSpecification } from './save-specification.ts';
import { hindrancesOf, putOnShelf, takeOffShelf } from './shelve.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const MOST_BATCHES = 40;
const NEW_VALUES = { minQuantity: 1, orderMultiple: 1, caseQuantity: 1, saleMode: 'by_piece' };
const PAGE_FIELDS = [...PRICE_FIELDS, 'reason', 'answer'];

/** One specification at the workbench: its facts, shelf, price and history. */
export function specificationRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.newSpecification, (req, res) => newPage(req, res, {}, []));

  router.post(patterns.familySpecifications, async (req, res) => {
    const familyId = idIn(req.params.id);
    try {
      const input = readTogether({ specification: specificationForm, price: priceForm }, req.body);
      const id = await createSpecification(db, actorOf(req), familyId, input, clock());
      flash(req, 'success', req.t('workbench:flash.created'));
      res.redirect(303, pathTo('supplierSpecification', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await newPage(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.get(patterns.supplierSpecification, (req, res) => show(req, res, null, []));

  router.get(patterns.specificationForm, async (req, res) => {
    const product = await findOwnSpecification(db, actorOf(req), idIn(req.params.id));
    await editPage(req, res, specificationValues(product), []);
  });

  router.post(patterns.supplierSpecification, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      await editSpecification(db, actorOf(req), id, read(specificationForm, req.body), clock());
      flash(req, 'success', req.t('workbench:flash.saved'));
      res.redirect(303, pathTo('supplierSpecification', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await editPage(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.post(patterns.specificationShelf, (req, res) =>
    act(req, res, idIn(req.params.id), async (id) => {
      const isOn = req.body?.shelf === 'on';
      await (isOn ? putOnShelf : takeOffShelf)(db, actorOf(req), id, clock());
      return isOn ? 'onShelf' : 'offShelf';
    }),
  );

  router.post(patterns.specificationPrice, (req, res) =>
    act(req, res, idIn(req.params.id), async (id) => {
      const { price, why } = readTogether({ price: priceForm, why: reasonForm }, req.body);
      return (await changePrice(db, actorOf(req), id, { ...price, ...why }, clock())) ? 'priced' : 'priceFlagged';
    }),
  );

  router.post(patterns.priceAnswer, async (req, res) => {
    const id = idIn(req.params.id);
    await act(req, res, await productOf(id), async () => {
      await answerPrice(db, actorOf(req), id, read(answerForm, req.body).answer, clock());
      return 'answered';
    });
  });

  router.post(patterns.priceWithdrawal, async (req, res) => {
    const id = idIn(req.params.id);
    await act(req, res, await productOf(id), async () => {
      await withdrawPrice(db, actorOf(req), id, clock());
      return 'withdrawn';
    });
  });

  return router;

  async function productOf(changeId: number): Promise<number> {
    const change = await db.priceChange.findUnique({ where: { id: changeId }, select: { productId: true } });
    return change?.productId ?? 0;
  }

  async function act(req: Request, res: Response, id: number, work: (id: number) => Promise<string>): Promise<void> {
    try {
      const done = await work(id);
      flash(req, 'success', req.t(`workbench:flash.${done}`));
      res.redirect(303, pathTo('supplierSpecification', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      req.params.id = String(id);
      await show(req, res.status(status), req.body ?? {}, faults);
    }
  }

  async function show(req: Request, res: Response, typed: Record<string, unknown> | null, faults: Fault[]) {
    const id = idIn(req.params.id);
    const product = await findOwnSpecification(db, actorOf(req), id);
    const today = dayOf(clock());
    const days = { today, soon: addDays(today, SOON_DAYS) };
    const [reader, changes, hindrances, batches] = await Promise.all([
      catalogReader(db, req),
      pricesOf(db, id),
      hindrancesOf(db, id, today),
      listOwnStock(db, actorOf(req), 'all', { ...days, after: null, take: MOST_BATCHES, productId: id }),
    ]);
    const shown = presentSpecification(reader, product);
    const prices = changes.map((change) => presentChange(req, change));
    res.render('workbench/specification', {
      layout: 'work',
      title: `${shown.name} ${shown.spec}`,
      currentPath: pathTo('supplierGoods'),
      breadcrumbs: [
        { label: req.t('workbench:list.title'), href: pathTo('supplierGoods') },
        { label: shown.name, href: shown.familyHref },
        { label: shown.spec },
      ],
      product: shown,
      batches: batches.map((batch) => presentStocked(req, batch, days)),
      isOnSale: product.state === 'on_sale',
      isDraft: product.state === 'draft',
      hindrances: hindrances.map((code) => req.t(`faults:${code}`)),
      shelfAction: pathTo('specificationShelf', { id }),
      priceAction: prices.some((price) => price.withdrawAction) ? undefined : pathTo('specificationPrice', { id }),
      prices,
      open: prices.find((price) => price.withdrawAction),
      tierRows: (await formChoices(db, actorOf(req), reader, { supplierPlaceId: product.supplier.placeId })).tierRows,
      form: formView(req.t, PAGE_FIELDS, typed ?? priceValues(product), faults),
    });
  }

  async function newPage(req: Request, res: Response, values: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const family = await findOwnFamily(db, actorOf(req), idIn(req.params.id));
    const { categoryId, placeId } = family.products[0] ?? {};
    await formPage(req, res, {
      familyId: family.id,
      name: family.name,
      placeOfSupplier: family.supplier.placeId,
      title: req.t('workbench:specification.new'),
      action: pathTo('familySpecifications', { id: family.id }),
      withPrice: true,
      values: { ...NEW_VALUES, categoryId, placeId, ...values },
      faults,
    });
  }

  async function editPage(
    req: Request,
    res: Response,
    values: Record<string, unknown>,
    faults: Fault[],
  ): Promise<void> {
    const product = await findOwnSpecification(db, actorOf(req), idIn(req.params.id));
    await formPage(req, res, {
      familyId: product.family.id,
      name: product.family.name,
      placeOfSupplier: product.supplier.placeId,
      title: req.t('workbench:specification.edit'),
      action: pathTo('supplierSpecification', { id: product.id }),
      withPrice: false,
      values,
      faults,
    });
  }

  interface Shown {
    familyId: number;
    name: string;
    placeOfSupplier: number;
    title: string;
    action: string;
    withPrice: boolean;
    values: Record<string, unknown>;
    faults: Fault[];
  }

  async function formPage(req: Request, res: Response, shown: Shown): Promise<void> {
    const { familyId, name, placeOfSupplier, title, action, withPrice, values, faults } = shown;
    const familyHref = pathTo('supplierFamily', { id: familyId });
    res.render('workbench/specification-form', {
      layout: 'work',
      ...{ title, action, withPrice, backHref: withPrice ? familyHref : action },
      currentPath: pathTo('supplierGoods'),
      breadcrumbs: [
        { label: req.t('workbench:list.title'), href: pathTo('supplierGoods') },
        { label: name, href: familyHref },
        { label: title },
      ],
      ...(await formChoices(db, actorOf(req), await catalogReader(db, req), { supplierPlaceId: placeOfSupplier })),
      form: formView(req.t, [...SPECIFICATION_FIELDS, ...PRICE_FIELDS], values, faults),
    });
  }
}
