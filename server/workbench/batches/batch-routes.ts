import express, { type Request, type Response, type Router } from 'express';
import type { Actor } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { inLanguage, nameOf } from '../../catalog/catalog-reader.ts';
import type { FileStore, NewFile } from '../../clients/file-store.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { addDays, dayOf } from '../../shared/days.ts';
import type { Fault } from '../../shared/errors.ts';
import { decodeCursor, encodeCursor } from '../../shared/pagination.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { checkedUpload, uploadsIn } from '../../web/uploads.ts';
import { findOwnSpecification, SOON_DAYS } from '../goods/goods-queries.ts';
import { readTogether } from '../goods/read-goods.ts';
import { requireSeller } from '../own-goods.ts';
import { addPapers } from './add-papers.ts';
import { presentBatch, presentParts, presentStocked } from './batch-presenter.ts';
import { BATCH_PARTS, findBatchPage, keyOf, listOwnStock } from './batch-queries.ts';
import {
  BATCH_FIELDS,
  batchForm,
  correctionForm,
  inspectionForm,
  PAPER_FIELDS,
  papersForm,
  RESULTS,
} from './batch-schemas.ts';
import { correctStock } from './correct-stock.ts';
import { createBatch } from './create-batch.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

const PAGE = 30;
const CORRECTION_FIELDS = ['event', 'change', 'reason'];

/** A supplier's stock by batch at the workbench: the list as it is sold, new batches, their papers, corrections and losses. */
export function batchRoutes({ db, files, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.supplierStock, async (req, res) => {
    const actor = actorOf(req);
    requireSeller(actor);
    const part = BATCH_PARTS.find((one) => one === req.query.part) ?? 'stocked';
    const key = decodeCursor(typeof req.query.cursor === 'string' ? req.query.cursor : undefined, 2);
    const after = key ? { expiresOn: String(key[0]), id: Number(key[1]) || 0 } : null;
    const days = daysNow();
    const found = await listOwnStock(db, actor, part, { ...days, after, take: PAGE + 1 });
    const batches = found.slice(0, PAGE);
    const last = found.length > PAGE ? batches.at(-1) : undefined;
    const kept = part === 'stocked' ? {} : { part };
    const next = last && keyOf(last);
    res.render('workbench/stock', {
      layout: 'work',
      title: req.t('batches:title'),
      tabs: presentParts(req, part),
      part,
      batches: batches.map((batch) => presentStocked(req, batch, days)),
      firstHref: after ? pathTo('supplierStock', kept) : undefined,
      nextHref: next && pathTo('supplierStock', { ...kept, cursor: encodeCursor([next.expiresOn, next.id]) }),
    });
  });

  router.get(patterns.newBatch, (req, res) => newPage(req, res, { producedOn: daysNow().today }, []));

  router.post(patterns.specificationBatches, async (req, res) => {
    const actor = actorOf(req);
    const productId = idIn(req.params.id);
    try {
      const { batch, inspection } = readTogether({ batch: batchForm, inspection: inspectionForm }, req.body);
      const conformity = await paperIn(req, 'conformity');
      const file = await paperIn(req, 'report');
      const papers = { conformity, inspection: inspection && { ...inspection, file } };
      const id = await createBatch({ db, files }, actor, productId, batch, papers, clock());
      flash(req, 'success', req.t('batches:flash.created'));
      res.redirect(303, pathTo('supplierBatch', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await newPage(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.get(patterns.supplierBatch, (req, res) => show(req, res, {}, []));

  router.post(patterns.batchPapers, (req, res) =>
    act(req, res, 'papers', async (actor, id) => {
      const { papers, inspection } = readTogether({ papers: papersForm, inspection: inspectionForm }, req.body);
      const conformity = await paperIn(req, 'conformity');
      const file = await paperIn(req, 'report');
      const later = { ...papers, conformity, inspection: inspection && { ...inspection, file } };
      await addPapers({ db, files }, actor, id, later, clock());
    }),
  );

  router.post(patterns.stockCorrections, (req, res) =>
    act(req, res, 'corrected', (actor, id) => correctStock(db, actor, id, read(correctionForm, req.body), clock())),
  );

  return router;

  function daysNow() {
    const today = dayOf(clock());
    return { today, soon: addDays(today, SOON_DAYS) };
  }

  async function act(req: Request, res: Response, done: string, work: (actor: Actor, id: number) => Promise<void>) {
    const id = idIn(req.params.id);
    try {
      await work(actorOf(req), id);
      flash(req, 'success', req.t(`batches:flash.${done}`));
      res.redirect(303, pathTo('supplierBatch', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), req.body ?? {}, faults);
    }
  }

  async function newPage(req: Request, res: Response, values: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const product = await findOwnSpecification(db, actorOf(req), idIn(req.params.id));
    const spec = inLanguage(req.locale, product.spec, product.specEn);
    const name = nameOf(req.locale, product.family);
    const title = req.t('batches:new.title');
    const productHref = pathTo('supplierSpecification', { id: product.id });
    res.render('workbench/batch-form', {
      layout: 'work',
      title,
      currentPath: pathTo('supplierStock'),
      breadcrumbs: [
        { label: req.t('workbench:list.title'), href: pathTo('supplierGoods') },
        { label: `${name} ${spec}`, href: productHref },
        { label: title },
      ],
      goods: `${name} ${spec}`,
      unit: inLanguage(req.locale, product.saleUnit, product.saleUnitEn),
      shelfLifeDays: product.shelfLifeDays,
      today: daysNow().today,
      action: pathTo('specificationBatches', { id: product.id }),
      backHref: productHref,
      results: resultChoices(req),
      form: formView(req.t, [...BATCH_FIELDS, ...PAPER_FIELDS], values, faults),
    });
  }

  async function show(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const batch = await findBatchPage(db, actorOf(req), idIn(req.params.id));
    const shown = presentBatch(req, batch, daysNow());
    res.render('workbench/batch', {
      layout: 'work',
      title: shown.code,
      currentPath: pathTo('supplierStock'),
      breadcrumbs: [
        { label: req.t('batches:title'), href: pathTo('supplierStock') },
        { label: `${shown.name} ${shown.spec}`, href: shown.productHref },
        { label: shown.code },
      ],
      batch: shown,
      events: (['adjusted', 'spoiled'] as const).map((value) => ({ value, label: req.t(`batches:correct.${value}`) })),
      correctAction: shown.isComing ? undefined : pathTo('stockCorrections', { id: batch.id }),
      results: resultChoices(req),
      papersAction: pathTo('batchPapers', { id: batch.id }),
      form: formView(req.t, [...CORRECTION_FIELDS, ...PAPER_FIELDS], typed, faults),
    });
  }
}

function resultChoices({ t }: Request) {
  return RESULTS.map((value) => ({ value, label: t(`trace:${value}`) }));
}

/** A paper of a form by its field: a photo or PDF, told by its bytes. Throws BadInput. */
async function paperIn(req: Request, field: string): Promise<NewFile | null> {
  const [upload] = uploadsIn(req, field);
  return upload ? checkedUpload(upload, 'evidence', field) : null;
}
