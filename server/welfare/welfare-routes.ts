import express, { type Router } from 'express';
import { actorOf } from '../accounts/who-acts.ts';
import { matchProducts } from '../cart/quick-order-match.ts';
import { quantityIn, rowsOfText } from '../cart/quick-order-text.ts';
import type { FileStore } from '../clients/file-store.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { SearchEngine } from '../search/engine.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { BadInput, type Fault, NotFound } from '../shared/errors.ts';
import { refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { actOnRun } from './act-on-run.ts';
import { addPackage, removePackage } from './change-packages.ts';
import { createRun } from './create-run.ts';
import { giveUnclaimed } from './give-unclaimed.ts';
import { beginHandOut } from './hand-out.ts';
import { openRun } from './open-run.ts';
import { orderForRun } from './order-for-run.ts';
import { closeRun, returnUnclaimed } from './return-unclaimed.ts';
import { showRun } from './show-run.ts';
import { showRuns } from './show-runs.ts';
import { substitutePackage } from './substitute-package.ts';
import { giftForm, packageForm, reasonForm, runForm, substituteForm } from './welfare-forms.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  search: SearchEngine;
  clock: Clock;
}

/** A union's welfare runs from the roster to the closing (rule 29). */
export function welfareRoutes(parts: Parts): Router {
  const { db, clock } = parts;
  const router = express.Router();

  router.get(patterns.welfareRuns, (req, res) => showRuns(db, req, res, {}, []));

  router.post(patterns.welfareRuns, async (req, res) => {
    try {
      const { perHead, pickup, ...form } = read(runForm, req.body);
      const id = await createRun(db, actorOf(req), { ...form, perHeadFen: perHead, pickup: pickup || null }, clock());
      res.redirect(303, pathTo('welfareRun', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showRuns(db, req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.get(patterns.welfareRun, (req, res) => showRun(parts, req, res, {}, []));

  router.post(patterns.welfarePackages, (req, res) =>
    actOnRun(parts, req, res, async (actor, runId) => {
      const { name, capacity, isDefault, items } = read(packageForm, req.body);
      const wanted = { name, capacity, isDefault: isDefault !== undefined, items: await itemsOf(items) };
      await addPackage(db, actor, runId, wanted, clock());
      return req.t('welfare:flash.packageAdded', { name });
    }),
  );

  router.post(patterns.welfarePackageRemoval, (req, res) =>
    actOnRun(parts, req, res, async (actor, runId) => {
      await removePackage(db, actor, runId, idIn(req.params.packageId), clock());
      return req.t('welfare:flash.packageRemoved');
    }),
  );

  router.post(patterns.welfareStep, (req, res) =>
    actOnRun(parts, req, res, async (actor, runId) => {
      const step = String(req.params.step);
      const at = clock();
      if (step === 'open') await openRun(db, actor, runId, at);
      else if (step === 'order') await orderForRun(db, actor, runId, at);
      else if (step === 'substitute') await substitutePackage(db, actor, runId, read(substituteForm, req.body), at);
      else if (step === 'hand-out') await beginHandOut(db, actor, runId, at);
      else if (step === 'give') await giveUnclaimed(db, actor, runId, read(giftForm, req.body), at);
      else if (step === 'return') await returnUnclaimed(parts, actor, runId, read(reasonForm, req.body).reason, at);
      else if (step === 'close') await closeRun(db, actor, runId, at);
      else throw new NotFound();
      return req.t(`welfare:flash.${step}`);
    }),
  );

  return router;

  /** Products by code, name or pinyin with quantities, one a line. */
  async function itemsOf(text: string): Promise<{ productId: number; quantity: number }[]> {
    const rows = rowsOfText(text);
    const matches = await matchProducts(
      parts,
      rows.map(({ product }) => product),
      dayOf(clock()),
    );
    const faults: Fault[] = [];
    const items = rows.map((row) => {
      const product = matches.get(row.product)?.product;
      const quantity = quantityIn(row.quantity || '1');
      if (!product) faults.push({ path: 'items', code: 'packageLine', values: { text: row.product } });
      else if (quantity === null) faults.push({ path: 'items', code: 'notAQuantity' });
      return { productId: product?.id ?? 0, quantity: quantity ?? 0 };
    });
    const twice = items.some(({ productId }, at) => items.findIndex((one) => one.productId === productId) !== at);
    if (faults.length === 0 && twice) faults.push({ path: 'items', code: 'repeatedProduct' });
    if (faults.length > 0) throw new BadInput(faults);
    return items;
  }
}
